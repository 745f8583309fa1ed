//! Notices: who is told of a document, and what became of that.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::id::{FileId, NoticeAddressId, UserId};

/// How far a notice has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeState {
    /// A mail with it is under way.
    Pending,
    /// The mail was sent.
    Sent,
    /// There was nothing to tell any more; [`Notice::why`] says why.
    Skipped,
    /// The address wants no notices.
    Unsubscribed,
}

impl NoticeState {
    /// The word that is stored; frozen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Skipped => "skipped",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// That one address is told of one document, as stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The document and the address: there is one notice of both, however often it is asked for.
    #[serde(rename = "_id")]
    pub id: String,
    /// Of which document.
    pub file_id: FileId,
    /// Which address.
    pub address_id: NoticeAddressId,
    /// The address as it is compared.
    pub email_key: String,
    /// When it was to be told.
    pub added_at: DateTime,
    /// How far it has come.
    pub state: NoticeState,
    /// Why nothing was sent, where nothing was.
    #[serde(default)]
    pub why: Option<String>,
    /// The job whose mail tells it, once a worker has begun that mail.
    #[serde(default)]
    pub job_id: Option<String>,
    /// When the mail was sent.
    #[serde(default)]
    pub told_at: Option<DateTime>,
    /// When the recipient first looked at the document.
    #[serde(default)]
    pub first_seen_at: Option<DateTime>,
    /// When the recipient first downloaded it.
    #[serde(default)]
    pub first_downloaded_at: Option<DateTime>,
    /// How many downloads the recipient has begun.
    #[serde(default)]
    pub downloads: i64,
}

impl Notice {
    /// The id of the notice of a document to an address.
    pub fn id_of(file_id: FileId, address_id: NoticeAddressId) -> String {
        format!("{file_id}/{address_id}")
    }

    /// A notice that was asked for at `now`.
    pub fn new(file_id: FileId, address: &NoticeAddress, now: DateTime) -> Self {
        let state = match address.unsubscribed_at {
            Some(_) => NoticeState::Unsubscribed,
            None => NoticeState::Pending,
        };
        Self {
            id: Self::id_of(file_id, address.id),
            file_id,
            address_id: address.id,
            email_key: address.email_key.clone(),
            added_at: now,
            state,
            why: None,
            job_id: None,
            told_at: None,
            first_seen_at: None,
            first_downloaded_at: None,
            downloads: 0,
        }
    }
}

/// Does not show the address.
impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notice")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("job_id", &self.job_id)
            .finish_non_exhaustive()
    }
}

/// An address that is told of documents, as stored. Jobs and tokens name it by its id.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeAddress {
    /// Which address.
    #[serde(rename = "_id")]
    pub id: NoticeAddressId,
    /// The address as it is compared; unique.
    pub email_key: String,
    /// Since when it wants no notices.
    #[serde(default)]
    pub unsubscribed_at: Option<DateTime>,
    /// How often it was written to: what adds notices and what takes them into a mail meet here.
    #[serde(default)]
    pub changes: i64,
}

/// Does not show the address.
impl std::fmt::Debug for NoticeAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NoticeAddress")
            .field("id", &self.id)
            .field("unsubscribed_at", &self.unsubscribed_at)
            .finish_non_exhaustive()
    }
}

/// That a document's owner is told of its first download, as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstDownload {
    /// Of which document.
    #[serde(rename = "_id")]
    pub file_id: FileId,
    /// Since when that is asked for.
    pub asked_at: DateTime,
    /// When the first download since then began.
    #[serde(default)]
    pub first_at: Option<DateTime>,
    /// Whose it was.
    #[serde(default)]
    pub by: Option<UserId>,
}
