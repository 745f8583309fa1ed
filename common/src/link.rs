//! Personal download links.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::id::{FileId, LinkId, UserId};

/// How long a link works unless its client asks otherwise.
pub const DEFAULT_LINK_TTL: Duration = Duration::from_secs(60 * 60);

/// The longest a link can work.
pub const MAX_LINK_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// No worker has minted its token yet.
    Requested,
    /// Its token works until it expires, is used up or revoked.
    Ready,
    /// Taken back by its client or an admin.
    Revoked,
}

/// A personal download link, as stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Which link.
    #[serde(rename = "_id")]
    pub id: LinkId,
    /// To which document.
    pub file_id: FileId,
    /// The digest the document had when the link was asked for.
    pub sha256: Sha256,
    /// The one client who may use it.
    pub client_id: UserId,
    /// How far it has come.
    pub state: LinkState,
    /// The encrypted token, once minted.
    pub token: Option<String>,
    /// Until when it works.
    pub expires_at: DateTime,
    /// How many downloads it allows; any number when absent.
    pub max_downloads: Option<i64>,
    /// How many downloads sent more than a tail of the document.
    pub downloads: i64,
    /// How many downloads were begun, those included that sent next to nothing. Absent on links that were made before
    /// this was told apart: all of their downloads are over.
    #[serde(default)]
    pub opened: Option<i64>,
    /// How many downloads sent every byte; absent as `opened` is.
    #[serde(default)]
    pub completed: Option<i64>,
    /// When the last of `downloads` was counted.
    pub last_download_at: Option<DateTime>,
    /// When it was asked for.
    pub created_at: DateTime,
}

impl Link {
    /// Whether its token works at `now`, its download limit aside.
    pub fn is_live(&self, now: DateTime) -> bool {
        self.state == LinkState::Ready && now < self.expires_at
    }

    /// How many downloads were begun.
    pub fn opened(&self) -> i64 {
        self.opened.unwrap_or(self.downloads)
    }

    /// How many downloads sent every byte.
    pub fn completed(&self) -> i64 {
        self.completed.unwrap_or(self.downloads)
    }

    /// Whether another download may begin.
    pub fn may_open(&self) -> bool {
        self.max_downloads.is_none_or(|max| self.opened() < max)
    }

    /// Whether every download that it allows has sent every byte.
    pub fn is_used_up(&self) -> bool {
        self.max_downloads
            .is_some_and(|max| self.completed() >= max)
    }
}

/// Shows the token to nobody.
impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("id", &self.id)
            .field("file_id", &self.file_id)
            .field("client_id", &self.client_id)
            .field("state", &self.state)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
