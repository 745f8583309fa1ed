//! Download links on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::link::{Link, LinkState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a client asks of a link; everything is optional.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub struct LinkRequest {
    /// How long it shall work: 1 to 604,800 seconds, an hour unless said.
    #[schema(example = 3600)]
    pub expires_in_seconds: Option<i64>,
    /// How many downloads it allows: 1 to 1,000,000, any number unless said.
    #[schema(example = 3)]
    pub max_downloads: Option<i64>,
}

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkStateName {
    /// Its token is being minted.
    Requested,
    /// It works.
    Ready,
    /// It was taken back.
    Revoked,
}

/// A download link.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkResponse {
    /// Which link.
    #[schema(example = "lnk_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// To which document.
    pub file_id: String,
    /// How far it has come.
    pub state: LinkStateName,
    /// Where to download, with the client's own bearer token; null until it is ready.
    pub download_url: Option<String>,
    /// Until when it works.
    pub expires_at: String,
    /// How many downloads it allows; any number when null.
    pub max_downloads: Option<i64>,
    /// How many downloads were begun.
    pub downloads: i64,
    /// When it was asked for.
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
            state: match link.state {
                LinkState::Requested => LinkStateName::Requested,
                LinkState::Ready => LinkStateName::Ready,
                LinkState::Revoked => LinkStateName::Revoked,
            },
            download_url: token.map(|token| format!("{public_url}/download/{token}")),
            expires_at: rfc3339(link.expires_at),
            max_downloads: link.max_downloads,
            downloads: link.downloads,
            created_at: rfc3339(link.created_at),
        }
    }
}
