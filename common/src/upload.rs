//! Uploads that arrive over as many requests as it takes (tus 1.0.0).

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::{BlobId, FileId, UploadId, UserId};
use crate::storage::unsigned;

/// How many parts an upload may arrive in: one row has them all.
pub const MAX_PARTS: usize = 4096;

/// Bytes that arrived together, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadPart {
    /// Where they are.
    pub blob_id: BlobId,
    /// How many there are.
    pub size_bytes: i64,
}

impl UploadPart {
    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        unsigned(self.size_bytes)
    }
}

/// An upload that arrives over several requests, as stored. Its times, `created_at` aside, are by the
/// server's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumableUpload {
    /// Which upload.
    #[serde(rename = "_id")]
    pub id: UploadId,
    /// Who uploads.
    pub owner_id: UserId,
    /// What its room is reserved under.
    pub room: BlobId,
    /// How long the document will be, in bytes.
    pub length_bytes: i64,
    /// How many bytes of it have arrived.
    pub offset_bytes: i64,
    /// What was said of the document when the upload began: `Upload-Metadata`, as it was sent.
    pub metadata: String,
    /// What has arrived, in order. Lookups that need no bytes leave it out.
    #[serde(default)]
    pub parts: Vec<UploadPart>,
    /// The request that goes on with it; what any other one writes does not count.
    #[serde(default)]
    pub writer: Option<String>,
    /// Until when a request that makes the document of it has to be heard of.
    #[serde(default)]
    pub completing_until: Option<DateTime>,
    /// The document that became of it.
    #[serde(default)]
    pub file_id: Option<FileId>,
    /// When it began.
    pub created_at: DateTime,
    /// When it is given up, unless more arrives.
    pub expires_at: DateTime,
    /// When it is forgotten, once there is a document.
    #[serde(default)]
    pub forget_at: Option<DateTime>,
}

impl ResumableUpload {
    /// How long the document will be, in bytes.
    pub fn length(&self) -> u64 {
        unsigned(self.length_bytes)
    }

    /// How many bytes of it have arrived.
    pub fn offset(&self) -> u64 {
        unsigned(self.offset_bytes)
    }

    /// Whether all of it has arrived.
    pub fn is_whole(&self) -> bool {
        self.offset_bytes == self.length_bytes
    }
}
