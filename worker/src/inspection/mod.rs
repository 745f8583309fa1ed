//! From a stored file to a verdict: the bridge between the store and [`crate::document`].

mod observed;
mod passes;

use std::sync::Arc;

use dossier_common::file::{DocumentKind, File, Inspection, Rejection};
use dossier_common::store::Store;
use dossier_common::store::blobs::BlobReader;
use mongodb::bson::{Bson, serialize_to_bson};
use tokio::sync::Semaphore;
use tokio::task::JoinError;

use crate::antivirus::{Antivirus, ScanError, ScanResult};
use crate::document::{
    self, Accepted, InspectError, Kind, Limits, Policy, RULES_VERSION, Reason, Rejected, Verdict,
};
use observed::observed;
use passes::{Passes, TIME_LIMIT, acquire};

/// How many documents are scanned at once: clamd works on ten, unless it is told otherwise.
const SCANS: usize = 8;

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

    /// What happened, in a word.
    fn kind(&self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Failed(_) => "panicked",
            Self::Read(_) => "unreadable",
            Self::Scan(_) => "not_scanned",
        }
    }
}

/// Inspects documents off the async threads, those that take long apart from all others, and has
/// those that are accepted scanned for viruses, where there is a scanner.
#[derive(Clone, Debug)]
pub struct Inspector {
    passes: Passes,
    antivirus: Antivirus,
    scans: Arc<Semaphore>,
}

impl Inspector {
    /// An inspector with these limits and this policy, and no virus scanner.
    pub fn new(limits: Limits, policy: Policy) -> Self {
        Self {
            passes: Passes::new(limits, policy),
            antivirus: Antivirus::default(),
            scans: Arc::new(Semaphore::new(SCANS)),
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
        let blob = blob_of(store, file);
        let inspecting = async {
            let verdict = self.passes.first(blob.clone()).await?;
            self.conclude(blob, file, verdict).await
        };
        observed(file, inspecting).await
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
        let blob = blob_of(store, file);
        let inspecting = async {
            let verdict = self.passes.another(blob.clone()).await?;
            self.conclude(blob, file, verdict).await
        };
        observed(file, inspecting).await
    }

    async fn conclude(
        &self,
        blob: BlobReader,
        file: &File,
        verdict: Verdict,
    ) -> Result<Inspection, InspectionError> {
        let verdict = match compare_extension(verdict, file.name.as_str(), self.passes.policy()) {
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
        let turn = acquire(&self.scans).await;
        let result = self.antivirus.scan(blob).await?;
        drop(turn);
        match result {
            ScanResult::Clean => Ok(Verdict::Accepted(accepted)),
            ScanResult::Infected(signature) => Ok(Verdict::Rejected(Rejected {
                reason: Reason::Malware { signature },
                detail: String::new(),
                part: None,
                facts: accepted.facts,
            })),
        }
    }
}

fn blob_of(store: &Store, file: &File) -> BlobReader {
    let size_bytes = u64::try_from(file.size_bytes).unwrap_or(0);
    store.read_blob(file.blob_id, size_bytes)
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
