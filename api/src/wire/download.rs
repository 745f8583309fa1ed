//! Downloads on the wire, as their client sees them.

use dossier_common::clock::rfc3339;
use dossier_common::download::Download;
use serde::Serialize;
use utoipa::ToSchema;

use super::{DownloadIdText, FileIdText};

/// A download of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Download)]
pub struct DownloadResponse {
    /// Which download.
    #[schema(value_type = DownloadIdText)]
    pub id: String,
    /// Of which document.
    #[schema(value_type = FileIdText)]
    pub file_id: String,
    /// What the document is called; null when the client may not see it any more.
    #[schema(required, max_length = 200, example = "report.docx")]
    pub name: Option<String>,
    /// How long the document was, in bytes.
    #[schema(minimum = 0, example = 12345)]
    pub size_bytes: i64,
    /// When the download began.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub begun_at: String,
    /// Whether it counts: more than a tail of the document was sent.
    pub counted: bool,
    /// Whether every byte was sent.
    pub complete: bool,
}

impl DownloadResponse {
    /// `download` of a document that is called `name`, if its client may see it.
    pub fn new(download: &Download, name: Option<String>) -> Self {
        Self {
            id: download.id.to_string(),
            file_id: download.file_id.to_string(),
            name,
            size_bytes: download.size_bytes,
            begun_at: rfc3339(download.begun_at),
            counted: download.counted,
            complete: download.complete,
        }
    }
}
