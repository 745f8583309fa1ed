//! Removing bytes that nobody needs any more.

use std::time::Duration;

use apalis_mongodb::NewJob;
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::{BlobId, FileId};
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

/// Removes bytes of a document, unless what is said here of the document is true no more. It is enqueued in the
/// transaction that makes it true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum EraseBlobs {
    /// It was withdrawn, and can be restored until this time.
    Withdrawn {
        /// Which document.
        file_id: FileId,
        /// Until when, in milliseconds of Unix time.
        due_millis: i64,
    },
    /// It expires at some time.
    Expired {
        /// Which document.
        file_id: FileId,
        /// When, in milliseconds of Unix time.
        expires_at_millis: i64,
        /// When its bytes go, in milliseconds of Unix time.
        due_millis: i64,
    },
    /// It, or a replacement of it, was rejected.
    Rejected {
        /// Which document.
        file_id: FileId,
        /// When, in milliseconds of Unix time.
        rejected_at_millis: i64,
        /// When the bytes go, in milliseconds of Unix time.
        due_millis: i64,
    },
    /// Another version has taken the place of these bytes.
    Replaced {
        /// Which document.
        file_id: FileId,
        /// Which bytes.
        blob_id: BlobId,
        /// When the bytes go, in milliseconds of Unix time.
        due_millis: i64,
    },
}

impl Job for EraseBlobs {
    const QUEUE: &'static str = "erase-blobs";
    const MAX_ATTEMPTS: u32 = 20;
    /// A hundred versions of some hundred MiB.
    const TIMEOUT: Duration = Duration::from_secs(600);

    /// The reason, as in the payload.
    fn kind(&self) -> &'static str {
        match self {
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
            Self::Rejected { .. } => "rejected",
            Self::Replaced { .. } => "replaced",
        }
    }

    fn retry(_settings: &QueueSettings) -> RetryStrategy {
        doubling(Duration::from_secs(1), Duration::from_secs(60 * 60))
    }
}

impl EraseBlobs {
    /// That `file_id` was withdrawn, and can be restored until `until`.
    pub fn withdrawn(file_id: FileId, until: DateTime) -> Self {
        Self::Withdrawn {
            file_id,
            due_millis: until.timestamp_millis(),
        }
    }

    /// That `file_id` expires `at` that time; its bytes go after another `keep`.
    pub fn expired(file_id: FileId, at: DateTime, keep: Duration) -> Self {
        Self::Expired {
            file_id,
            expires_at_millis: at.timestamp_millis(),
            due_millis: at.saturating_add_duration(keep).timestamp_millis(),
        }
    }

    /// That `file_id`, or a replacement of it, was rejected `at` that time; the bytes go after `keep`.
    pub fn rejected(file_id: FileId, at: DateTime, keep: Duration) -> Self {
        Self::Rejected {
            file_id,
            rejected_at_millis: at.timestamp_millis(),
            due_millis: at.saturating_add_duration(keep).timestamp_millis(),
        }
    }

    /// That another version of `file_id` took the place of `blob_id` `at` that time; the bytes go after `keep`.
    pub fn replaced(file_id: FileId, blob_id: BlobId, at: DateTime, keep: Duration) -> Self {
        Self::Replaced {
            file_id,
            blob_id,
            due_millis: at.saturating_add_duration(keep).timestamp_millis(),
        }
    }

    /// Which document.
    pub fn file_id(&self) -> FileId {
        match self {
            Self::Withdrawn { file_id, .. }
            | Self::Expired { file_id, .. }
            | Self::Rejected { file_id, .. }
            | Self::Replaced { file_id, .. } => *file_id,
        }
    }

    /// When the bytes go.
    pub fn due_at(&self) -> DateTime {
        match self {
            Self::Withdrawn { due_millis, .. }
            | Self::Expired { due_millis, .. }
            | Self::Rejected { due_millis, .. }
            | Self::Replaced { due_millis, .. } => DateTime::from_millis(*due_millis),
        }
    }

    /// The id of its job: there is one for each document and reason.
    pub fn id(&self) -> String {
        match self {
            Self::Withdrawn {
                file_id,
                due_millis,
            } => format!("erase-{file_id}-withdrawn-{due_millis}"),
            Self::Expired {
                file_id,
                expires_at_millis,
                ..
            } => format!("erase-{file_id}-expired-{expires_at_millis}"),
            Self::Rejected {
                file_id,
                rejected_at_millis,
                ..
            } => format!("erase-{file_id}-rejected-{rejected_at_millis}"),
            Self::Replaced {
                file_id, blob_id, ..
            } => format!("erase-{file_id}-{blob_id}"),
        }
    }

    /// Its job, to run when the bytes go, as seen from `now`. Enqueuing it again changes nothing as long as the
    /// queue remembers it.
    pub fn job(self, now: DateTime) -> NewJob<Self> {
        let id = self.id();
        let left = self.due_at().timestamp_millis() - now.timestamp_millis();
        let wait = Duration::from_millis(u64::try_from(left).unwrap_or(0));
        NewJob::new(self)
            .id(id.clone())
            .idempotency_key(id)
            .run_in(wait)
    }
}
