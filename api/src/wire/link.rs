//! Download links on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::link::{Link, LinkState};
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
#[serde(rename_all = "lowercase")]
#[schema(as = LinkState)]
pub enum LinkStateName {
    /// Its token is being minted.
    Requested,
    /// It works.
    Ready,
    /// It was taken back.
    Revoked,
}

impl From<LinkState> for LinkStateName {
    fn from(state: LinkState) -> Self {
        match state {
            LinkState::Requested => Self::Requested,
            LinkState::Ready => Self::Ready,
            LinkState::Revoked => Self::Revoked,
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
    /// Where to download, with the client's own bearer token; null until it is ready.
    #[schema(required, format = Uri)]
    pub download_url: Option<String>,
    /// Until when it works.
    #[schema(format = DateTime, example = "2026-11-25T09:30:00.000Z")]
    pub expires_at: String,
    /// How many downloads it allows; any number when null.
    #[schema(required, minimum = 1, maximum = 1000000)]
    pub max_downloads: Option<i64>,
    /// How many downloads were begun.
    #[schema(minimum = 0)]
    pub downloads: i64,
    /// When it was asked for.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
}

impl LinkResponse {
    /// `link` as its client sees it, on the service at `public_url`.
    pub fn new(link: &Link, public_url: &str) -> Self {
        let token = link
            .token
            .as_ref()
            .filter(|_| link.state == LinkState::Ready);
        Self {
            id: link.id.to_string(),
            file_id: link.file_id.to_string(),
            state: link.state.into(),
            download_url: token.map(|token| format!("{public_url}/download/{token}")),
            expires_at: rfc3339(link.expires_at),
            max_downloads: link.max_downloads,
            downloads: link.downloads,
            created_at: rfc3339(link.created_at),
        }
    }
}
