//! How inspections share the cores: a short pass over every document, a long one where that was not enough.
//!
//! A document that is made to be expensive takes hundreds of times what an ordinary one takes. So each is inspected
//! with a small part of the budget of steps first, which is enough for nearly all, and those that need more wait for
//! a second pass with the whole budget, from the beginning. Both kinds of passes have as many threads as there are
//! cores, so an ordinary document waits for the short passes before it and for no long one. Between the two nothing
//! of a document is in memory.

use std::sync::Arc;
use std::time::Duration;

use dossier_common::store::blobs::BlobReader;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::InspectionError;
use crate::blob_source::BlobSource;
use crate::document::{self, Cancel, InspectError, Limits, Policy, Verdict};

/// How long one pass may take, waiting for the store included.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The budget of a short pass: at most 50 ms of a core, as for some 6 MB of XML.
const SHORT_STEPS: u64 = 50_000_000;

/// The passes of one process.
#[derive(Clone, Debug)]
pub(super) struct Passes {
    limits: Arc<Limits>,
    short_limits: Arc<Limits>,
    policy: Arc<Policy>,
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    /// As many of the long passes as documents may have that were inspected before.
    spare: Arc<Semaphore>,
}

impl Passes {
    pub(super) fn new(limits: Limits, policy: Policy) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let short_limits = Limits {
            steps: limits.steps.min(SHORT_STEPS),
            ..limits.clone()
        };
        Self {
            limits: Arc::new(limits),
            short_limits: Arc::new(short_limits),
            policy: Arc::new(policy),
            short: Arc::new(Semaphore::new(cores)),
            long: Arc::new(Semaphore::new(cores)),
            spare: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
        }
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Inspects a document that nobody has inspected yet.
    pub(super) async fn first(&self, blob: BlobReader) -> Result<Verdict, InspectionError> {
        let permits = vec![acquire(&self.short).await];
        let verdict = self.pass(blob.clone(), &self.short_limits, permits).await?;
        // Without reaching its end, the budget had no part in the verdict.
        if verdict.facts().steps <= SHORT_STEPS {
            return Ok(verdict);
        }
        let permits = vec![acquire(&self.long).await];
        self.pass(blob, &self.limits, permits).await
    }

    /// Inspects a document that was inspected before.
    pub(super) async fn another(&self, blob: BlobReader) -> Result<Verdict, InspectionError> {
        let permits = vec![acquire(&self.spare).await, acquire(&self.long).await];
        self.pass(blob, &self.limits, permits).await
    }

    /// Gives `permits` back when the bytes are inspected.
    async fn pass(
        &self,
        blob: BlobReader,
        limits: &Arc<Limits>,
        permits: Vec<OwnedSemaphorePermit>,
    ) -> Result<Verdict, InspectionError> {
        let mut source = BlobSource::new(blob);
        let cancel = Cancel::new();
        let work = tokio::task::spawn_blocking({
            let (limits, policy, cancel) = (limits.clone(), self.policy.clone(), cancel.clone());
            move || {
                let verdict = document::inspect(&mut source, &limits, &policy, &cancel);
                drop(permits);
                verdict
            }
        });
        let watchdog = tokio::spawn(async move {
            tokio::time::sleep(TIME_LIMIT).await;
            cancel.cancel();
        });
        let finished = work.await;
        watchdog.abort();
        match finished {
            Ok(Ok(verdict)) => Ok(verdict),
            Ok(Err(InspectError::Cancelled)) => Err(InspectionError::TimedOut),
            Ok(Err(error)) => Err(InspectionError::Read(error)),
            Err(panic) => Err(InspectionError::Failed(panic)),
        }
    }
}

pub(super) async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let permit = semaphore.clone().acquire_owned().await;
    permit.expect("the semaphore is never closed")
}
