//! Signed-in sessions and their refresh tokens.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::entropy::Entropy;
use crate::id::{SessionId, UserId};
use crate::invisible::is_invisible;
use crate::network::Network;
use crate::user::{Role, User};

/// A session ends when it was not refreshed for so long.
pub const SESSION_IDLE_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A session ends so long after the login, however often it was refreshed.
pub const SESSION_ABSOLUTE_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// So long after a refresh token was traded in, it still gives the same successor: of requests that
/// were sent at once, or sent again because an answer was lost, each gets a token that works.
pub const REFRESH_GRACE: Duration = Duration::from_secs(10);

/// So many of a person's sessions are kept, the newest: a log-in removes older ones. What is done to all
/// sessions of an account, in one transaction, stays small.
pub const MAX_SESSIONS: u64 = 100;

/// The most characters that are kept of what a client says it is.
pub const MAX_CLIENT_CHARS: usize = 200;

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
    /// Its number: how many were traded in before.
    #[serde(default)]
    pub refresh_generation: i64,
    /// What its refresh tokens are derived from; none in a session of the release before.
    #[serde(default)]
    pub refresh_seed: Option<RefreshSeed>,
    /// When the last refresh tokens were traded in, newest last.
    #[serde(default)]
    pub traded_at: Vec<DateTime>,
    /// The digests of traded-in tokens that carry no number: those of the release before.
    #[serde(default)]
    pub used_refresh_sha256: Vec<Sha256>,
    /// The digest of the last traded-in token that was not of the key that made its successor: it is
    /// known within the grace although that key is gone by then.
    #[serde(default)]
    pub other_key_sha256: Option<Sha256>,
    /// Where it was opened or last refreshed from.
    #[serde(default)]
    pub origin: Origin,
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
    /// A session that `user` opens at `now` with a refresh token of this digest.
    pub fn open(id: SessionId, user: &User, refresh_sha256: Sha256, now: DateTime) -> Self {
        let absolute_expires_at = now.saturating_add_duration(SESSION_ABSOLUTE_TTL);
        Self {
            id,
            user_id: user.id,
            role: user.role,
            email_key: user.email_key.clone(),
            second_factor: false,
            refresh_sha256,
            refresh_generation: 0,
            refresh_seed: None,
            traded_at: Vec::new(),
            used_refresh_sha256: Vec::new(),
            other_key_sha256: None,
            origin: Origin::default(),
            idle_expires_at: Self::idle_expiry(now, absolute_expires_at),
            absolute_expires_at,
            revoked_at: None,
            created_at: now,
        }
    }

    /// When a refresh token handed out at `now` stops working.
    pub fn idle_expiry(now: DateTime, absolute: DateTime) -> DateTime {
        now.saturating_add_duration(SESSION_IDLE_TTL).min(absolute)
    }

    /// Whether the session stands at `now`.
    pub fn is_live(&self, now: DateTime) -> bool {
        self.revoked_at.is_none() && now < self.idle_expires_at && now < self.absolute_expires_at
    }

    /// Whether the refresh token of this number was traded in less than [`REFRESH_GRACE`] ago.
    pub fn is_in_grace(&self, generation: i64, now: DateTime) -> bool {
        let behind = self.refresh_generation.saturating_sub(generation);
        let position = usize::try_from(behind)
            .ok()
            .and_then(|behind| self.traded_at.len().checked_sub(behind));
        let traded_at = position.and_then(|position| self.traded_at.get(position));
        traded_at.is_some_and(|at| now < at.saturating_add_duration(REFRESH_GRACE))
    }

    /// When it was last refreshed.
    pub fn refreshed_at(&self) -> Option<DateTime> {
        self.traded_at.last().copied()
    }
}

/// Where a session is used from, for its owner to recognise it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The client's network.
    pub network: Option<String>,
    /// What the client says it is.
    pub client: Option<String>,
}

impl Origin {
    /// A network, and what a client there says it is: nothing invisible, and at most
    /// [`MAX_CLIENT_CHARS`] of it.
    pub fn new(network: Network, client: Option<&str>) -> Self {
        let shown = client.map(|client| {
            let visible = client.trim().chars().filter(|c| !is_invisible(*c));
            visible.take(MAX_CLIENT_CHARS).collect::<String>()
        });
        Self {
            network: Some(network.to_string()),
            client: shown.filter(|client| !client.is_empty()),
        }
    }
}

/// 256 random bits from which, together with a key that the database does not have, the refresh
/// tokens of a session are derived.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefreshSeed(String);

impl RefreshSeed {
    /// A new one.
    pub fn generate(entropy: &Entropy) -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy.bytes::<32>()))
    }

    /// The seed as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows nothing.
impl std::fmt::Debug for RefreshSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshSeed(…)")
    }
}
