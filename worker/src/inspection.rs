//! From a stored file to a verdict: the bridge between the store and [`crate::document`].

use std::sync::Arc;
use std::time::Duration;

use dossier_common::file::{DocumentKind, File, Inspection, Rejection};
use dossier_common::store::Store;
use dossier_common::store::blobs::BlobReader;
use mongodb::bson::{Bson, serialize_to_bson};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;

use crate::antivirus::{Antivirus, ScanError, ScanResult};
use crate::blob_source::BlobSource;
use crate::document::{
    self, Accepted, Cancel, InspectError, Kind, Limits, Policy, RULES_VERSION, Reason, Rejected,
    Verdict,
};

/// How long one inspection may take, waiting for the store included.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Why there is no verdict. None of these is one on the document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectionError {
    /// The time is over.
    #[error("TIMEOUT: the inspection did not end within {} s", TIME_LIMIT.as_secs())]
    TimedOut,
    /// The inspector itself failed.
    #[error("INTERNAL: the inspector failed: {0}")]
    Failed(#[source] JoinError),
    /// The bytes cannot be read.
    #[error(transparent)]
    Read(InspectError),
    /// The virus scanner gave no answer.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl InspectionError {
    /// Whether the inspector is to blame, and not what it works with.
    pub fn is_of_inspector(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Failed(_))
    }
}

/// Inspects documents off the async threads, never more at once than there are cores, and has
/// those that are accepted scanned for viruses, where there is a scanner.
#[derive(Clone, Debug)]
pub struct Inspector {
    limits: Arc<Limits>,
    policy: Arc<Policy>,
    antivirus: Antivirus,
    slots: Arc<Semaphore>,
    /// As many of the slots as inspections of documents may have that were inspected before.
    spare: Arc<Semaphore>,
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
            spare: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
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
    /// [`InspectionError`] when there is no verdict.
    pub async fn inspect(&self, store: &Store, file: &File) -> Result<Inspection, InspectionError> {
        self.inspect_with(store, file, Vec::new()).await
    }

    /// As [`Inspector::inspect`] for a document that was inspected before. It leaves a core to those
    /// that were not, where there is more than one.
    ///
    /// # Errors
    ///
    /// [`InspectionError`] when there is no verdict.
    pub async fn reinspect(
        &self,
        store: &Store,
        file: &File,
    ) -> Result<Inspection, InspectionError> {
        let spare = acquire(&self.spare).await;
        self.inspect_with(store, file, vec![spare]).await
    }

    async fn inspect_with(
        &self,
        store: &Store,
        file: &File,
        permits: Vec<OwnedSemaphorePermit>,
    ) -> Result<Inspection, InspectionError> {
        let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
        let blob = store.read_blob(file.blob_id, size_bytes);
        let verdict = self.look_inside(blob.clone(), file, permits).await?;
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

    async fn scan(&self, blob: BlobReader, accepted: Accepted) -> Result<Verdict, InspectionError> {
        match self.antivirus.scan(blob).await? {
            ScanResult::Clean => Ok(Verdict::Accepted(accepted)),
            ScanResult::Infected(signature) => Ok(Verdict::Rejected(Rejected {
                reason: Reason::Malware { signature },
                detail: String::new(),
                part: None,
                facts: accepted.facts,
            })),
        }
    }

    /// Gives `permits` back when the bytes are inspected.
    async fn look_inside(
        &self,
        blob: BlobReader,
        file: &File,
        mut permits: Vec<OwnedSemaphorePermit>,
    ) -> Result<Verdict, InspectionError> {
        let mut source = BlobSource::new(blob);
        permits.push(acquire(&self.slots).await);
        let cancel = Cancel::new();
        let work = tokio::task::spawn_blocking({
            let (limits, policy, cancel) =
                (self.limits.clone(), self.policy.clone(), cancel.clone());
            let name = file.name.clone();
            move || {
                let verdict = document::inspect(&mut source, &limits, &policy, &cancel);
                drop(permits);
                verdict.map(|verdict| compare_extension(verdict, name.as_str(), &policy))
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

async fn acquire(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let permit = semaphore.clone().acquire_owned().await;
    permit.expect("the semaphore is never closed")
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
            message: rejected.message(),
            detail: rejected.part.clone(),
        }),
    };
    Inspection {
        outcome,
        rules_version: RULES_VERSION,
        facts,
    }
}
