//! One transaction.

use std::time::Duration;

use apalis_mongodb::NewJob;
use futures_util::future::BoxFuture;
use mongodb::ClientSession;
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use tokio::time::Instant;

use super::{Store, StoreError, recent};
use crate::id::JobId;
use crate::pauses::Patience;
use crate::queue::{Cause, Job};

/// How a transaction is tried again. The drivers' specification has a limit of 120 s, longer than anybody waits
/// for an answer.
const PATIENCE: Patience = Patience {
    shortest: Duration::from_millis(1),
    longest: Duration::from_millis(70),
    limit: Duration::from_secs(3),
};

/// The store within one transaction; see [`Store::transaction`].
#[derive(Debug)]
pub struct Tx<'s> {
    pub(crate) store: &'s Store,
    pub(crate) session: &'s mut ClientSession,
    pub(super) outdates_recent: bool,
}

impl Tx<'_> {
    /// Enqueues a job: it exists if and when the transaction commits.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn enqueue<J: Job>(&mut self, job: J, id: JobId) -> Result<(), StoreError> {
        self.push(NewJob::new(job), id).await
    }

    /// Enqueues a job that runs not before `wait` has passed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn enqueue_in<J: Job>(
        &mut self,
        job: J,
        id: JobId,
        wait: Duration,
    ) -> Result<(), StoreError> {
        self.push(NewJob::new(job).run_in(wait), id).await
    }

    async fn push<J: Job>(&mut self, job: NewJob<J>, id: JobId) -> Result<(), StoreError> {
        let job = Cause::attach(job.id(id.to_string()));
        let storage = self.store.queues.of::<J>();
        let enqueued = storage.with_session(&mut *self.session).push(job).await;
        enqueued
            .map(drop)
            .map_err(StoreError::queue("enqueue a job"))
    }

    /// Enqueues a job, unless another one has its key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub(super) async fn enqueue_once<J: Job>(&mut self, job: NewJob<J>) -> Result<(), StoreError> {
        let job = Cause::attach(job);
        let storage = self.store.queues.of::<J>();
        let enqueued = storage.with_session(&mut *self.session).push(job).await;
        enqueued
            .map(drop)
            .map_err(StoreError::queue("enqueue a job once"))
    }

    /// The same of many jobs, with a few commands.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub(super) async fn enqueue_all_once<J: Job>(
        &mut self,
        jobs: Vec<NewJob<J>>,
    ) -> Result<(), StoreError> {
        let jobs = jobs.into_iter().map(Cause::attach);
        let storage = self.store.queues.of::<J>();
        let mut sink = storage.with_session(&mut *self.session);
        let enqueued = sink.push_all(jobs).await;
        enqueued
            .map(drop)
            .map_err(StoreError::queue("enqueue jobs once"))
    }
}

/// How often a transaction is tried that meets another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tries {
    /// Once: the caller looks again whether there is anything left to do.
    One,
    /// Until it commits, or nobody would wait for it any longer.
    Many,
}

/// Runs `body` until it commits, fails for good, or has had its `tries`.
///
/// The driver's own `and_run2` does the same; its closure cannot be proven `Send` behind a
/// generic parameter, which every task that runs a transaction needs.
pub(super) async fn run<R, F>(
    store: &Store,
    session: &mut ClientSession,
    operation: &'static str,
    tries: Tries,
    body: &mut F,
) -> Result<R, StoreError>
where
    R: Send,
    F: for<'t> FnMut(&'t mut Tx<'_>) -> BoxFuture<'t, Result<R, StoreError>> + Send,
{
    let mut pauses = PATIENCE.begin();
    loop {
        session
            .start_transaction()
            .await
            .map_err(StoreError::database(operation))?;
        let mut tx = Tx {
            store,
            session: &mut *session,
            outdates_recent: false,
        };
        let outcome = body(&mut tx).await;
        let outdates_recent = tx.outdates_recent;
        let error = match outcome {
            Ok(value) => match commit(session, operation, pauses.deadline()).await {
                Ok(()) => {
                    if outdates_recent {
                        recent::until_forgotten().await;
                    }
                    return Ok(value);
                }
                Err(error) => error,
            },
            Err(error) => {
                // The server forgets an unfinished transaction by itself; the first error counts.
                let _ = session.abort_transaction().await;
                error
            }
        };
        let may_try_again = error.is_transient() && tries == Tries::Many;
        if !may_try_again || !pauses.pause().await {
            return Err(error);
        }
    }
}

async fn commit(
    session: &mut ClientSession,
    operation: &'static str,
    deadline: Instant,
) -> Result<(), StoreError> {
    loop {
        match session.commit_transaction().await {
            Ok(()) => return Ok(()),
            Err(error)
                if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
                    && Instant::now() < deadline => {}
            Err(error) => return Err(StoreError::database(operation)(error)),
        }
    }
}
