//! Signed-in sessions and their refresh tokens.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::id::{SessionId, UserId};
use crate::user::Role;

/// A session ends when it was not refreshed for so long.
pub const SESSION_IDLE_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A session ends so long after the login, however often it was refreshed.
pub const SESSION_ABSOLUTE_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A signed-in session, as stored: what an access token is checked against on every request.
///
/// It carries the caller's role and address, so that one look-up answers who is calling; a change
/// of either ends the session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Which session; also the family of its refresh tokens.
    #[serde(rename = "_id")]
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// What the person may do.
    pub role: Role,
    /// The person's address as it is compared.
    pub email_key: String,
    /// Whether a second factor was proven at the log-in, or set up since.
    #[serde(default)]
    pub second_factor: bool,
    /// The digest of the one refresh token that is good now.
    pub refresh_sha256: Sha256,
    /// The digests of the last tokens that were traded in, newest last.
    #[serde(default)]
    pub used_refresh_sha256: Vec<Sha256>,
    /// When the session ends unless it is refreshed.
    pub idle_expires_at: DateTime,
    /// When the session ends at the latest.
    pub absolute_expires_at: DateTime,
    /// When it was ended by its owner, an admin, or a replayed refresh token.
    pub revoked_at: Option<DateTime>,
    /// When the login was.
    pub created_at: DateTime,
}

impl Session {
    /// When a refresh token handed out at `now` stops working.
    pub fn idle_expiry(now: DateTime, absolute: DateTime) -> DateTime {
        now.saturating_add_duration(SESSION_IDLE_TTL).min(absolute)
    }

    /// Whether the session stands at `now`.
    pub fn is_live(&self, now: DateTime) -> bool {
        self.revoked_at.is_none() && now < self.idle_expires_at && now < self.absolute_expires_at
    }
}
