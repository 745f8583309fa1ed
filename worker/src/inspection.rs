//! From a stored file to a verdict: the bridge between the store and [`crate::document`].

use std::sync::Arc;
use std::time::Duration;

use dossier_common::file::{DocumentKind, File, Inspection, Rejection};
use dossier_common::store::Store;
use dossier_common::store::blobs::BlobReader;
use mongodb::bson::{Bson, serialize_to_bson};
use tokio::sync::Semaphore;

use crate::antivirus::{Antivirus, Finding};
use crate::blob_source::BlobSource;
use crate::document::{
    self, Accepted, Cancel, InspectError, Kind, Limits, Policy, RULES_VERSION, Reason, Rejected,
    Verdict,
};
use crate::failure::JobFailure;

/// How long one inspection may take, waiting for the store included.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// So many attempts a document gets whose inspection does not end or fails; then it is `failed`.
const MAX_TROUBLED_ATTEMPTS: u32 = 3;

/// Inspects documents off the async threads, never more at once than there are cores, and has
/// those that are accepted scanned for viruses, where there is a scanner.
#[derive(Clone, Debug)]
pub struct Inspector {
    limits: Arc<Limits>,
    policy: Arc<Policy>,
    antivirus: Antivirus,
    slots: Arc<Semaphore>,
}

impl Inspector {
    /// An inspector with these limits and this policy, and no virus scanner.
    pub fn new(limits: Limits, policy: Policy) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            limits: Arc::new(limits),
            policy: Arc::new(policy),
            antivirus: Antivirus::default(),
            slots: Arc::new(Semaphore::new(cores)),
        }
    }

    /// The same inspector with a virus scanner.
    #[must_use]
    pub fn with_antivirus(mut self, antivirus: Antivirus) -> Self {
        self.antivirus = antivirus;
        self
    }

    /// Inspects the stored bytes of `file`.
    ///
    /// # Errors
    ///
    /// [`JobFailure::Retry`] when the bytes cannot be read or the virus scanner is not available;
    /// [`JobFailure::RetryAtMost`] when the time is over or the inspector itself fails.
    pub async fn inspect(&self, store: &Store, file: &File) -> Result<Inspection, JobFailure> {
        let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
        let blob = store.read_blob(file.blob_id, size_bytes);
        let verdict = self.look_inside(blob.clone(), file).await?;
        let verdict = match verdict {
            Verdict::Accepted(accepted) => self.scan(blob, accepted).await?,
            rejected => rejected,
        };
        if let Verdict::Rejected(Rejected { reason, detail, .. }) = &verdict {
            let code = reason.code();
            tracing::info!(file = %file.id, code, detail, "refused {} for {code}: {detail:?}", file.id);
        }
        Ok(record(&verdict))
    }

    async fn scan(&self, blob: BlobReader, accepted: Accepted) -> Result<Verdict, JobFailure> {
        match self.antivirus.scan(blob).await.map_err(JobFailure::retry)? {
            Finding::Clean => Ok(Verdict::Accepted(accepted)),
            Finding::Infected(signature) => Ok(Verdict::Rejected(Rejected {
                reason: Reason::Malware { signature },
                detail: String::new(),
                part: None,
                facts: accepted.facts,
            })),
        }
    }

    async fn look_inside(&self, blob: BlobReader, file: &File) -> Result<Verdict, JobFailure> {
        let mut source = BlobSource::new(blob);
        let slot = self.slots.clone().acquire_owned().await;
        let slot = slot.map_err(JobFailure::retry)?;
        let cancel = Cancel::new();
        let work = tokio::task::spawn_blocking({
            let (limits, policy, cancel) =
                (self.limits.clone(), self.policy.clone(), cancel.clone());
            let name = file.name.clone();
            move || {
                let verdict = document::inspect(&mut source, &limits, &policy, &cancel);
                drop(slot);
                verdict.map(|verdict| compare_extension(verdict, name.as_str(), &policy))
            }
        });
        let watchdog = tokio::spawn(async move {
            tokio::time::sleep(TIME_LIMIT).await;
            cancel.cancel();
        });
        let finished = work.await;
        watchdog.abort();
        let troubled = |error: String| JobFailure::retry_at_most(MAX_TROUBLED_ATTEMPTS, error);
        match finished {
            Ok(Ok(verdict)) => Ok(verdict),
            Ok(Err(InspectError::Cancelled)) => Err(troubled(format!(
                "TIMEOUT: the inspection did not end within {} s",
                TIME_LIMIT.as_secs()
            ))),
            Ok(Err(error)) => Err(JobFailure::retry(error)),
            Err(panic) => Err(troubled(format!("INTERNAL: the inspector failed: {panic}"))),
        }
    }
}

/// The name never decides, but a name that promises another kind is worth a flag, or under a
/// strict policy a rejection.
pub fn compare_extension(verdict: Verdict, name: &str, policy: &Policy) -> Verdict {
    let Verdict::Accepted(mut accepted) = verdict else {
        return verdict;
    };
    match document::check_extension(name, accepted.kind, policy) {
        Ok(flag) => {
            accepted.facts.flags.extend(flag);
            Verdict::Accepted(accepted)
        }
        Err(reason) => Verdict::Rejected(Rejected {
            reason,
            detail: String::new(),
            part: None,
            facts: accepted.facts,
        }),
    }
}

/// The verdict in the words of the domain.
fn record(verdict: &Verdict) -> Inspection {
    let facts = serialize_to_bson(verdict.facts()).unwrap_or(Bson::Null);
    let outcome = match verdict {
        Verdict::Accepted(accepted) => Ok(match accepted.kind {
            Kind::Docx => DocumentKind::Docx,
            Kind::Pptx => DocumentKind::Pptx,
            Kind::Xlsx => DocumentKind::Xlsx,
        }),
        Verdict::Rejected(rejected) => Err(Rejection {
            code: rejected.reason.code().to_owned(),
            message: rejected.reason.message(),
            detail: rejected.part.clone(),
        }),
    };
    Inspection {
        outcome,
        rules_version: RULES_VERSION,
        facts,
    }
}
