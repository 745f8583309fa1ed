//! Download links on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::link::{Link, LinkState};
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::number::whole_number;
use super::{FileIdText, LinkIdText};

/// What a client asks of a link; everything is optional.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// How long it shall work: 1 to 604,800 seconds, an hour unless said.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(example = 3600, minimum = 1, maximum = 604800)]
    pub expires_in_seconds: Option<i64>,
    /// How many downloads it allows: 1 to 1,000,000, any number unless said.
    #[serde(default, deserialize_with = "whole_number")]
    #[schema(example = 3, minimum = 1, maximum = 1000000)]
    pub max_downloads: Option<i64>,
}

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LinkState)]
pub enum LinkStateName {
    /// Its token is being minted.
    Requested,
    /// It works.
    Ready,
    /// It was taken back.
    Revoked,
    /// Its time is over.
    Expired,
    /// All downloads that it allows have sent every byte.
    UsedUp,
}

impl LinkStateName {
    /// The state of `link` at `now`.
    fn of(link: &Link, now: DateTime) -> Self {
        match link.state {
            LinkState::Revoked => Self::Revoked,
            _ if link.expires_at <= now => Self::Expired,
            _ if link.is_used_up() => Self::UsedUp,
            LinkState::Requested => Self::Requested,
            LinkState::Ready => Self::Ready,
        }
    }
}

/// A download link.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkResponse {
    /// Which link.
    #[schema(value_type = LinkIdText)]
    pub id: String,
    /// To which document.
    #[schema(value_type = FileIdText)]
    pub file_id: String,
    /// How far it has come.
    pub state: LinkStateName,
    /// Where to download, with the client's own bearer token; null unless it is ready.
    #[schema(required, format = Uri)]
    pub download_url: Option<String>,
    /// Until when it works.
    #[schema(format = DateTime, example = "2026-11-25T09:30:00.000Z")]
    pub expires_at: String,
    /// How many downloads it allows; any number when null.
    #[schema(required, minimum = 1, maximum = 1000000)]
    pub max_downloads: Option<i64>,
    /// How many downloads there were. One counts when more than a tail of the document was sent: 5 % of it, 64 KiB at
    /// least, half of it at most.
    #[schema(minimum = 0)]
    pub downloads: i64,
    /// When the last of them was counted; null before.
    #[schema(required, format = DateTime, example = "2026-11-25T08:31:00.000Z")]
    pub last_download_at: Option<String>,
    /// When it was asked for.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
}

impl LinkResponse {
    /// `link` as its client sees it at `now`, on the service at `public_url`.
    pub fn new(link: &Link, public_url: &str, now: DateTime) -> Self {
        let state = LinkStateName::of(link, now);
        let token = link
            .token
            .as_ref()
            .filter(|_| state == LinkStateName::Ready);
        Self {
            id: link.id.to_string(),
            file_id: link.file_id.to_string(),
            state,
            download_url: token.map(|token| format!("{public_url}/download/{token}")),
            expires_at: rfc3339(link.expires_at),
            max_downloads: link.max_downloads,
            downloads: link.downloads,
            last_download_at: link.last_download_at.map(rfc3339),
            created_at: rfc3339(link.created_at),
        }
    }
}
