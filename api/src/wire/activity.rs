//! What became of a document among those it is meant for, on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::notice::{FirstDownload, Notice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Email;

/// Whether a recipient was told of the document by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ToldState {
    /// Not yet.
    Pending,
    /// The mail was sent.
    Sent,
    /// There was nothing to tell; see `told_reason`.
    Skipped,
    /// The mail could not be sent; an operator can have it tried again.
    Failed,
    /// The recipient wants no such mails.
    Unsubscribed,
}

/// One recipient of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RecipientActivity)]
pub struct RecipientResponse {
    /// The address, as it is compared.
    #[schema(value_type = Email)]
    pub address: String,
    /// Whether the recipient was told.
    pub told_state: ToldState,
    /// Why nothing was sent, where nothing was.
    #[schema(required)]
    pub told_reason: Option<String>,
    /// When the mail was sent.
    #[schema(required, format = DateTime, example = "2026-11-25T08:32:00.000Z")]
    pub told_at: Option<String>,
    /// When the recipient first looked at the document, or asked for a link to it.
    #[schema(required, format = DateTime, example = "2026-11-25T08:40:00.000Z")]
    pub first_seen_at: Option<String>,
    /// When the recipient's first download began.
    #[schema(required, format = DateTime, example = "2026-11-25T08:41:00.000Z")]
    pub first_downloaded_at: Option<String>,
    /// How many downloads the recipient has begun.
    #[schema(minimum = 0, example = 1)]
    pub downloads: i64,
}

impl RecipientResponse {
    /// Somebody who is told, or was.
    pub fn told(notice: &Notice, told_state: ToldState) -> Self {
        Self {
            address: notice.email_key.clone(),
            told_state,
            told_reason: notice.why.clone(),
            told_at: notice.told_at.map(rfc3339),
            first_seen_at: notice.first_seen_at.map(rfc3339),
            first_downloaded_at: notice.first_downloaded_at.map(rfc3339),
            downloads: notice.downloads,
        }
    }

    /// Somebody of whom nothing is recorded.
    pub fn untold(address: &str, told_state: ToldState) -> Self {
        Self {
            address: address.to_owned(),
            told_state,
            told_reason: None,
            told_at: None,
            first_seen_at: None,
            first_downloaded_at: None,
            downloads: 0,
        }
    }
}

/// What became of a document among those it is meant for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Activity)]
pub struct ActivityResponse {
    /// Each recipient; none of a document for everybody, of which nobody is told.
    pub recipients: Vec<RecipientResponse>,
    /// Whether the owner is told of the first download.
    pub notify_first_download: bool,
    /// When the first download since then began.
    #[schema(required, format = DateTime, example = "2026-11-25T08:41:00.000Z")]
    pub first_download_at: Option<String>,
}

impl ActivityResponse {
    /// What `recipients` did, and what is known of the first download.
    pub fn new(recipients: Vec<RecipientResponse>, first: Option<&FirstDownload>) -> Self {
        Self {
            recipients,
            notify_first_download: first.is_some(),
            first_download_at: first.and_then(|first| first.first_at).map(rfc3339),
        }
    }
}

/// Whether somebody gets certain mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Enabled)]
pub struct EnabledBody {
    /// Whether they are sent.
    #[schema(example = true)]
    pub enabled: bool,
}
