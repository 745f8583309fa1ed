//! Refresh tokens: derived, so that the same old token gives the same successor and nothing that
//! works is stored.
//!
//! `ses_….generation.secret.tag`. The secret is an HMAC over the session, the generation and the
//! session's random seed, under a key that the database does not have. The tag is an HMAC over all
//! that is before it, under the seed: it shows that a token was ours, whatever became of the key,
//! and opens nothing.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dossier_common::digest::Sha256;
use dossier_common::id::SessionId;
use dossier_common::session::{RefreshSeed, Session};
use mongodb::bson::DateTime;

use crate::signing_keys::SigningKeys;

/// How much of the tag's HMAC a token carries, in bytes.
const TAG_BYTES: usize = 16;

/// What a refresh token is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the one that is good now.
    Newest,
    /// It was traded in a moment ago, and gives this successor again.
    InGrace(String),
    /// It was traded in before: somebody has a copy.
    Replayed,
    /// We never made it, or cannot tell.
    Unknown,
}

/// Derives and checks refresh tokens: the first key makes them.
#[derive(Clone, Debug)]
pub struct RefreshTokens(SigningKeys);

impl RefreshTokens {
    /// Tokens under what is derived from each of these keys.
    pub fn new(keys: SigningKeys) -> Self {
        Self(keys)
    }

    /// The token of a session and a generation.
    pub fn token(&self, session: SessionId, generation: i64, seed: &RefreshSeed) -> String {
        derive(&self.0.current()[0].1.refresh, session, generation, seed)
    }

    /// What `token` is worth to `session` at `now`.
    pub fn standing(&self, session: &Session, token: &str, now: DateTime) -> Standing {
        let digest = Sha256::of(token.as_bytes());
        if digest == session.refresh_sha256 {
            return Standing::Newest;
        }
        if session.used_refresh_sha256.contains(&digest) {
            return Standing::Replayed;
        }
        let made = session.refresh_seed.as_ref().zip(generation(token));
        let Some((seed, generation)) = made.filter(|(seed, _)| has_our_tag(token, seed)) else {
            return Standing::Unknown;
        };
        // A number that was not reached yet is none of ours, tag or not.
        if generation >= session.refresh_generation {
            return Standing::Unknown;
        }
        if !session.is_in_grace(generation, now) {
            return Standing::Replayed;
        }
        let keys = self.0.current();
        let mut keys = keys.iter().map(|(_, key)| &key.refresh);
        let is_ours = |key| is_same(token, &derive(key, session.id, generation, seed));
        // The key that made it may be gone since it was traded in.
        let is_known = session.other_key_sha256 == Some(digest);
        let successor = match is_known || keys.any(is_ours) {
            true => self.successor(session, generation, seed),
            false => None,
        };
        successor.map_or(Standing::Unknown, Standing::InGrace)
    }

    /// Whether the key that makes tokens now has made `token` as well.
    pub fn is_of_first_key(&self, session: &Session, token: &str) -> bool {
        let made = session.refresh_seed.as_ref().zip(generation(token));
        made.is_some_and(|(seed, generation)| {
            is_same(token, &self.token(session.id, generation, seed))
        })
    }

    /// The token that came after `generation`. The one that is good now is known by its digest, so
    /// that it is the same one while keys are being changed.
    fn successor(&self, session: &Session, generation: i64, seed: &RefreshSeed) -> Option<String> {
        let next = generation + 1;
        let keys = self.0.current();
        let keys = keys.iter().map(|(_, key)| &key.refresh);
        let mut made = keys.map(|key| derive(key, session.id, next, seed));
        if next < session.refresh_generation {
            return made.next();
        }
        made.find(|token| Sha256::of(token.as_bytes()) == session.refresh_sha256)
    }
}

/// The session that a token names.
pub fn session_of(token: &str) -> Option<SessionId> {
    token.split_once('.')?.0.parse().ok()
}

/// The number that a token carries; those of the release before have none.
pub fn generation(token: &str) -> Option<i64> {
    let mut parts = token.split('.').skip(1);
    let number = parts.next()?;
    (parts.count() == 2).then(|| number.parse().ok())?
}

fn derive(key: &hmac::Key, session: SessionId, generation: i64, seed: &RefreshSeed) -> String {
    let message = format!("{}.{session}.{generation}", seed.as_str());
    let secret = hmac::sign(key, message.as_bytes());
    let token = format!("{session}.{generation}.{}", encode(secret.as_ref()));
    let tag = tag(&token, seed);
    format!("{token}.{tag}")
}

fn tag(token: &str, seed: &RefreshSeed) -> String {
    let key = hmac::Key::new(HMAC_SHA256, seed.as_str().as_bytes());
    encode(&hmac::sign(&key, token.as_bytes()).as_ref()[..TAG_BYTES])
}

fn has_our_tag(token: &str, seed: &RefreshSeed) -> bool {
    let parts = token.rsplit_once('.');
    parts.is_some_and(|(token, found)| is_same(found, &tag(token, seed)))
}

fn is_same(left: &str, right: &str) -> bool {
    verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
