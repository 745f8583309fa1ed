//! Why an upload gets no room, and what its client is told (507, RFC 4918 §11.5).

use dossier_common::storage::Taken;
use dossier_common::store::StoreError;
use metrics::counter;

use crate::problem::{Code, Problem};
use crate::storage_limits::StorageLimits;

/// What stands in the way of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The caller's own documents, which take so much.
    OfPerson(Taken),
    /// All documents together; whose they are is nobody's business.
    OfAll,
    /// The volume of the database, which has so many bytes left.
    Volume { free: u64 },
}

impl Refusal {
    /// What a client is told that has `bytes` to send, or more. The rest of its body is not wanted.
    pub(super) fn problem(self, limits: &StorageLimits, bytes: u64) -> Problem {
        count(self.reason());
        let problem = match self {
            Self::OfPerson(taken) => quota_exceeded(limits, taken, bytes),
            Self::OfAll => {
                tracing::warn!("an upload was refused: TOTAL_QUOTA_BYTES is reached");
                storage_full()
            }
            Self::Volume { free } => {
                let reserve = limits.reserve_bytes;
                tracing::warn!(
                    free,
                    reserve,
                    "an upload was refused: the volume of the database would have less room than STORAGE_RESERVE_BYTES"
                );
                storage_full()
            }
        };
        problem.closing_connection()
    }

    fn reason(self) -> &'static str {
        match self {
            Self::OfPerson(_) => "user_quota",
            Self::OfAll => "total_quota",
            Self::Volume { .. } => "free_space",
        }
    }
}

/// The document is longer than it may be.
pub(super) fn document_too_large(most_bytes: u64) -> Problem {
    let detail = format!("A document is at most {most_bytes} bytes long.");
    Problem::new(Code::PayloadTooLarge, detail).closing_connection()
}

/// The problem of an upload that the store failed.
pub(in crate::services) fn stored(error: StoreError) -> Problem {
    if error.is_out_of_space() {
        tracing::error!(%error, "the volume of the database is full");
        count("disk_full");
        return storage_full().closing_connection();
    }
    if matches!(error, StoreError::UploadExpired) {
        tracing::warn!(%error, "an upload did not end in time");
        let detail = "The upload took too long and was given up. Please send it again.";
        return Problem::unavailable(detail).closing_connection();
    }
    error.into()
}

fn quota_exceeded(limits: &StorageLimits, taken: Taken, bytes: u64) -> Problem {
    let next = "Please ask an operator for more room: sending it again does not help before.";
    let quota = limits.of_person;
    let detail = match (quota.files, quota.bytes) {
        (Some(files), _) if taken.files >= files => {
            let documents = if files == 1 { "document" } else { "documents" };
            format!(
                "You may store {files} {documents}, and as many are stored or on their way. {next}"
            )
        }
        (_, most) => format!(
            "Your documents may take {} bytes together, {} of which are taken by documents and other uploads, \
             and this one takes {bytes} or more. {next}",
            most.unwrap_or_default(),
            taken.bytes
        ),
    };
    Problem::new(Code::QuotaExceeded, detail)
}

fn storage_full() -> Problem {
    let detail = "There is no room for the document right now, and nothing of it is stored. Please tell the \
                  operator, and send it again when there is room.";
    Problem::new(Code::StorageFull, detail)
}

fn count(reason: &'static str) {
    counter!("dossier_upload_refusals_total", "reason" => reason).increment(1);
}
