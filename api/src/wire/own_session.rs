//! Sessions on the wire, for their owner.

use dossier_common::clock::rfc3339;
use dossier_common::id::SessionId;
use dossier_common::session::Session;
use serde::Serialize;
use utoipa::ToSchema;

use super::SessionIdText;

/// A session of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionResponse {
    /// Which session.
    #[schema(value_type = SessionIdText)]
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The network it was opened or last refreshed from: an IPv4 address or an IPv6 /64.
    #[schema(required, example = "192.0.2.1")]
    pub network: Option<String>,
    /// What the client there says it is: at most 200 characters of its `User-Agent`.
    #[schema(required, max_length = 200)]
    pub client: Option<String>,
    /// When the log-in was.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// When it was last refreshed.
    #[schema(required, format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub refreshed_at: Option<String>,
    /// When it ends unless it is refreshed.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub expires_at: String,
}

impl SessionResponse {
    /// `session` as its owner sees it in the session `current`.
    pub fn new(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            current: session.id == current,
            created_at: rfc3339(session.created_at),
            refreshed_at: session.refreshed_at().map(rfc3339),
            expires_at: rfc3339(session.idle_expires_at),
            network: session.origin.network,
            client: session.origin.client,
        }
    }
}
