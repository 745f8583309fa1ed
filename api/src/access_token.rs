//! Bearer tokens: JWT access tokens in the profile of RFC 9068, signed with HMAC-SHA-256.

use std::time::Duration;

use dossier_common::id::{SessionId, UserId};
use jsonwebtoken::{Algorithm, Header, Validation};
use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::signing_keys::SigningKeys;

/// How long an access token works.
pub const ACCESS_TTL: Duration = Duration::from_secs(15 * 60);

/// How far the clock of the process that made a token may be ahead of ours. It makes no token live
/// longer.
pub const CLOCK_LEEWAY: Duration = Duration::from_secs(30);

const TOKEN_TYPE: &str = "at+jwt";
const AUDIENCE: &str = "dossier-api";

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

/// A token that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who it speaks for.
    pub bearer: Bearer,
    /// Until when.
    pub expires_at: DateTime,
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

    /// Who `token` speaks for at `now`, and until when.
    ///
    /// # Errors
    ///
    /// [`AccessTokenError`].
    pub fn verify(&self, token: &str, now: DateTime) -> Result<Verified, AccessTokenError> {
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
        let bearer = Bearer {
            user_id: claims.sub,
            session_id: claims.sid,
        };
        let expires_at = i64::try_from(claims.exp).unwrap_or(i64::MAX);
        Ok(Verified {
            bearer,
            expires_at: DateTime::from_millis(expires_at.saturating_mul(1000)),
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
