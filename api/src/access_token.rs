//! Bearer tokens: JWT access tokens in the profile of RFC 9068, signed with HMAC-SHA-256.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dossier_common::config::Environment;
use dossier_common::id::{SessionId, UserId};
use dossier_common::token::KeyRing;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use mongodb::bson::DateTime;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::refresh_token::derive_key;

/// How long an access token works.
pub const ACCESS_TTL: Duration = Duration::from_secs(15 * 60);

/// How far the clock of the process that made a token may be ahead of ours. It makes no token live
/// longer.
pub const CLOCK_LEEWAY: Duration = Duration::from_secs(30);

const TOKEN_TYPE: &str = "at+jwt";
const AUDIENCE: &str = "dossier-api";
const MIN_KEY_BYTES: usize = 32;

/// Why a bearer token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// Not one of ours, or not meant for this.
    #[error("the access token is not valid")]
    Invalid,
    /// Ours, and too old.
    #[error("the access token has expired")]
    Expired,
}

/// Who an access token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The person.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    jti: String,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// What is made of the secret of one key.
pub(crate) struct SigningKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
    /// For refresh tokens.
    pub(crate) refresh: hmac::Key,
}

/// The keys: the first signs, every one is accepted under its `kid`. Clones share them; see [`KeyRing`].
#[derive(Clone, Debug)]
pub struct SigningKeys(KeyRing<SigningKey>);

impl SigningKeys {
    /// Reads `JWT_KEYS`, noting what is wrong with it.
    pub fn read(env: &mut Environment) -> Option<Self> {
        let list = env.secret(
            "JWT_KEYS",
            "must be one or more keys as kid:base64 of at least 32 random bytes, separated by commas; the first signs",
        )?;
        match Self::parse(&list) {
            Ok(keys) => Some(keys),
            Err(problem) => {
                env.problem("JWT_KEYS", problem);
                None
            }
        }
    }

    /// Reads a comma-separated list of `kid:base64`.
    ///
    /// # Errors
    ///
    /// The rule that the list breaks, naming positions and never keys.
    pub fn parse(list: &SecretString) -> Result<Self, String> {
        let mut keys: Vec<(String, SigningKey)> = Vec::new();
        let entries = list.expose_secret().split(',').map(str::trim);
        for (index, entry) in entries.filter(|entry| !entry.is_empty()).enumerate() {
            let position = index + 1;
            let (kid, encoded) = entry
                .split_once(':')
                .ok_or_else(|| format!("key {position} is not of the form kid:base64"))?;
            let secret = STANDARD
                .decode(encoded)
                .or_else(|_| URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')))
                .map_err(|_| format!("key {position} is not base64"))?;
            check_key(kid, &secret, position)?;
            if keys.iter().any(|known| known.0 == kid) {
                return Err(format!("key {position} repeats an earlier kid"));
            }
            let key = SigningKey {
                encoding: EncodingKey::from_secret(&secret),
                decoding: DecodingKey::from_secret(&secret),
                refresh: derive_key(&secret),
            };
            keys.push((kid.to_owned(), key));
        }
        let keys = KeyRing::new(keys).ok_or_else(|| "needs at least one key".to_owned())?;
        Ok(Self(keys))
    }

    /// The `kid` of each key, the one that signs first.
    pub fn ids(&self) -> Vec<String> {
        self.0.ids()
    }

    /// Takes the keys of `others` in the place of these, in every clone.
    pub fn replace(&self, others: &Self) {
        self.0.replace(&others.0);
    }

    /// The keys as they are now, the one that signs first.
    pub(crate) fn current(&self) -> Arc<[(String, SigningKey)]> {
        self.0.current()
    }
}

/// Whether a text can name a key.
pub(crate) fn is_kid(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    !text.is_empty() && text.bytes().all(allowed)
}

fn check_key(kid: &str, secret: &[u8], position: usize) -> Result<(), String> {
    if !is_kid(kid) {
        return Err(format!(
            "the kid of key {position} must be letters, digits, - and _"
        ));
    }
    if secret.len() < MIN_KEY_BYTES {
        return Err(format!(
            "key {position} is shorter than {MIN_KEY_BYTES} bytes"
        ));
    }
    let mut distinct = secret.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 8 {
        return Err(format!(
            "key {position} is not random (a few bytes, repeated)"
        ));
    }
    Ok(())
}

/// Mints and checks access tokens.
#[derive(Debug)]
pub struct AccessTokens {
    keys: SigningKeys,
    issuer: String,
    validation: Validation,
}

impl AccessTokens {
    /// Tokens of the service at `public_url`.
    pub fn new(keys: SigningKeys, public_url: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[public_url]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The library reads the system's clock; `verify` compares with the given time instead.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self {
            keys,
            issuer: public_url.to_owned(),
            validation,
        }
    }

    /// A token that speaks for `bearer` from `now` on; `token_id` must never repeat.
    pub fn mint(&self, bearer: Bearer, token_id: String, now: DateTime) -> String {
        let keys = self.keys.current();
        let (kid, key) = &keys[0];
        let header = header(kid);
        let issued_at = unix_seconds(now);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: bearer.user_id,
            sid: bearer.session_id,
            jti: token_id,
            iat: issued_at,
            nbf: issued_at,
            exp: issued_at + ACCESS_TTL.as_secs(),
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding)
            .expect("an HMAC over plain claims cannot fail")
    }

    /// Who `token` speaks for at `now`.
    ///
    /// # Errors
    ///
    /// [`AccessTokenError`].
    pub fn verify(&self, token: &str, now: DateTime) -> Result<Bearer, AccessTokenError> {
        let invalid = AccessTokenError::Invalid;
        // The head is the one that we make, with the name of a live key, and says nothing more:
        // no `crit`, no key of its own, no address of one, no other algorithm.
        let found = jsonwebtoken::decode_header(token).map_err(|_| invalid)?;
        let keys = self.keys.current();
        let key = keys.iter().find(|(kid, _)| found == header(kid));
        let (_, key) = key.ok_or(invalid)?;
        let claims: Claims = jsonwebtoken::decode(token, &key.decoding, &self.validation)
            .map_err(|_| invalid)?
            .claims;
        let now = unix_seconds(now);
        let latest = now + CLOCK_LEEWAY.as_secs();
        if claims.nbf > latest || claims.iat > latest || claims.jti.is_empty() {
            return Err(invalid);
        }
        if claims.exp <= now {
            return Err(AccessTokenError::Expired);
        }
        Ok(Bearer {
            user_id: claims.sub,
            session_id: claims.sid,
        })
    }
}

/// The head of every token under this key.
fn header(kid: &str) -> Header {
    Header {
        typ: Some(TOKEN_TYPE.to_owned()),
        kid: Some(kid.to_owned()),
        ..Header::new(Algorithm::HS256)
    }
}

fn unix_seconds(instant: DateTime) -> u64 {
    u64::try_from(instant.timestamp_millis() / 1000).unwrap_or(0)
}
