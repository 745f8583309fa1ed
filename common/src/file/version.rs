//! What a document was before, and what it is about to become.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use super::{DocumentKind, Rejection};
use crate::digest::Sha256;
use crate::file_name::FileName;
use crate::id::{BlobId, JobId, UserId};

/// How many earlier versions a document has at most.
pub const MAX_EARLIER_VERSIONS: usize = 100;

/// That a document was withdrawn, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub at: DateTime,
    /// By whom.
    pub by: UserId,
    /// Until when it can be restored; its bytes are removed afterwards.
    pub restorable_until: DateTime,
}

/// A version that another one took the place of, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierVersion {
    /// Where its bytes are, or were.
    pub blob_id: BlobId,
    /// The digest of its bytes.
    pub sha256: Sha256,
    /// How long it is, in bytes.
    pub size_bytes: i64,
    /// What it was called.
    pub name: FileName,
    /// What it turned out to be; absent when it was never available.
    pub kind: Option<DocumentKind>,
    /// When another version took its place.
    pub replaced_at: DateTime,
    /// When its bytes were removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_removed_at: Option<DateTime>,
}

/// New bytes of a document that are not the document yet, as stored: until a worker finds them genuine, the
/// document stays what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Where its bytes are, or were.
    pub blob_id: BlobId,
    /// The digest of its bytes.
    pub sha256: Sha256,
    /// How long it is, in bytes.
    pub size_bytes: i64,
    /// What the document was called when it was received.
    pub name: FileName,
    /// The job that looks inside it.
    pub job_id: JobId,
    /// When it was received.
    pub created_at: DateTime,
    /// Why it was rejected; absent as long as there is no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// When it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected_at: Option<DateTime>,
    /// When its bytes were removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_removed_at: Option<DateTime>,
}

impl Replacement {
    /// Whether it waits for a verdict.
    pub fn is_pending(&self) -> bool {
        self.rejection.is_none() && self.bytes_removed_at.is_none()
    }

    /// What is left of it once `now` something else has taken its place.
    pub fn superseded(self, now: DateTime) -> EarlierVersion {
        EarlierVersion {
            blob_id: self.blob_id,
            sha256: self.sha256,
            size_bytes: self.size_bytes,
            name: self.name,
            kind: None,
            replaced_at: now,
            bytes_removed_at: self.bytes_removed_at,
        }
    }
}
