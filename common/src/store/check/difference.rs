//! What disagrees, and what is done about it.

use serde::Serialize;

use crate::id::{BlobId, FileId, JobId, LinkId};
use crate::queue::EraseBlobs;
use crate::store::storage_recount::Recount;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Documents and the bytes that they speak of.
    MissingBytes,
    /// Bytes and the documents and uploads that speak of them.
    OrphanBytes,
    /// Documents without a verdict and their jobs.
    MissingVerdicts,
    /// Bytes that are to be removed and their jobs.
    MissingRemovals,
    /// Links that work and their documents.
    StaleLinks,
    /// Reservations and the uploads that hold them.
    StaleReservations,
    /// What documents take and the counters of it.
    StorageUsage,
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::MissingBytes,
        Self::OrphanBytes,
        Self::MissingVerdicts,
        Self::MissingRemovals,
        Self::StaleLinks,
        Self::StaleReservations,
        Self::StorageUsage,
    ];

    /// Its name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingBytes => "missing-bytes",
            Self::OrphanBytes => "orphan-bytes",
            Self::MissingVerdicts => "missing-verdicts",
            Self::MissingRemovals => "missing-removals",
            Self::StaleLinks => "stale-links",
            Self::StaleReservations => "stale-reservations",
            Self::StorageUsage => "storage-usage",
        }
    }

    /// What a difference means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::MissingBytes => "a document speaks of bytes that are not all there",
            Self::OrphanBytes => "bytes older than an hour, of no document and no upload",
            Self::MissingVerdicts => "a document waits for a verdict, and no job will come to one",
            Self::MissingRemovals => "bytes that nobody can download, and no job will remove them",
            Self::StaleLinks => "a link works whose document cannot be downloaded",
            Self::StaleReservations => {
                "an upload ended over an hour ago and still has room reserved"
            }
            Self::StorageUsage => "a counter says something else than the documents do",
        }
    }

    /// What is done about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::MissingBytes => {
                "nothing: restore the bytes from a backup, or withdraw the document"
            }
            Self::OrphanBytes => "removes the bytes",
            Self::MissingVerdicts | Self::MissingRemovals => "enqueues the job",
            Self::StaleLinks => "revokes the link",
            Self::StaleReservations => "ends the upload and gives the room back",
            Self::StorageUsage => "adds what the counter is wrong by",
        }
    }
}

/// What disagrees.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// What was compared.
    pub check: Check,
    /// The row that is at fault, by its id.
    pub id: String,
    /// What was found.
    pub found: String,
    #[serde(skip)]
    pub(super) repair: Repair,
}

/// What has to be done about it.
#[derive(Clone, Debug)]
pub(super) enum Repair {
    /// Nobody can but an operator.
    Nothing,
    /// Bytes are removed.
    Blob(BlobId),
    /// A job is enqueued in the place of one that is gone; for a replacement where its bytes are said.
    Verdict {
        file: FileId,
        job: JobId,
        replacement: Option<BlobId>,
    },
    /// A job is enqueued.
    Erasure(EraseBlobs),
    /// A link is revoked.
    Link(LinkId),
    /// An upload is ended.
    Reservation(BlobId),
    /// A counter is put right.
    Usage(Recount),
}
