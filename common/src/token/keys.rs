//! The key ring that seals and opens tokens.

use fernet::Fernet;
use mongodb::bson::DateTime;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Claims, PseudonymKey};

/// Why a list of keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No key at all.
    #[error("needs at least one key")]
    Empty,
    /// Not 32 bytes of URL-safe base64.
    #[error(
        "key {position} is not 32 bytes of URL-safe base64 (make one with `openssl rand -base64 32 | tr '+/' '-_'`)"
    )]
    Malformed {
        /// Which key, counted from one.
        position: usize,
    },
    /// Twice the same key.
    #[error("key {position} is there twice")]
    Duplicate {
        /// Which key, counted from one.
        position: usize,
    },
    /// A key that nobody drew at random.
    #[error("key {position} is not random (a few bytes, repeated)")]
    Weak {
        /// Which key, counted from one.
        position: usize,
    },
}

/// Why a token does not open.
///
/// Everything but a plain expiry is [`Invalid`](Self::Invalid), and says no more: whether the
/// base64, the signature, the padding or the purpose was wrong is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Not a token of this purpose under any live key.
    #[error("the token is not valid")]
    Invalid,
    /// Genuine, and too old.
    #[error("the token has expired")]
    Expired,
}

#[derive(Serialize)]
struct Sealed<'a, C> {
    #[serde(rename = "pur")]
    purpose: &'static str,
    #[serde(flatten)]
    claims: &'a C,
}

#[derive(Deserialize)]
struct Opened<C> {
    #[serde(rename = "pur")]
    purpose: String,
    #[serde(flatten)]
    claims: C,
}

/// Fernet keys: the first seals, every one opens.
#[derive(Clone)]
pub struct TokenKeys {
    keys: Vec<Fernet>,
    pseudonyms: PseudonymKey,
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKeys({} keys)", self.keys.len())
    }
}

impl TokenKeys {
    /// Reads a comma-separated list of keys.
    ///
    /// # Errors
    ///
    /// [`KeyError`], which names the position of the bad key and never its text.
    pub fn parse(list: &SecretString) -> Result<Self, KeyError> {
        let texts: Vec<&str> = list
            .expose_secret()
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        if texts.is_empty() {
            return Err(KeyError::Empty);
        }
        let mut keys = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let position = index + 1;
            if texts[..index].contains(text) {
                return Err(KeyError::Duplicate { position });
            }
            if is_weak(text) {
                return Err(KeyError::Weak { position });
            }
            keys.push(Fernet::new(text).ok_or(KeyError::Malformed { position })?);
        }
        Ok(Self {
            keys,
            pseudonyms: PseudonymKey::derived_from(texts[0]),
        })
    }

    /// What names people without telling who they are, under the first key.
    pub fn pseudonyms(&self) -> &PseudonymKey {
        &self.pseudonyms
    }

    /// Seals `claims` under the first key.
    pub fn seal<C: Claims>(&self, claims: &C, now: DateTime) -> String {
        let envelope = Sealed {
            purpose: C::PURPOSE,
            claims,
        };
        let payload =
            serde_json::to_vec(&envelope).expect("claims are plain structs of strings and numbers");
        self.keys[0].encrypt_at_time(&payload, unix_seconds(now))
    }

    /// Opens a token of `C`'s purpose under any key.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] for a genuine token past its expiry, [`TokenError::Invalid`] for
    /// everything else.
    pub fn open<C: Claims>(&self, token: &str, now: DateTime) -> Result<C, TokenError> {
        let now = unix_seconds(now);
        let payload = self
            .keys
            .iter()
            .find_map(|key| key.decrypt_at_time(token, None, now).ok())
            .ok_or(TokenError::Invalid)?;
        let envelope: Opened<C> =
            serde_json::from_slice(&payload).map_err(|_| TokenError::Invalid)?;
        if envelope.purpose != C::PURPOSE {
            return Err(TokenError::Invalid);
        }
        match envelope.claims.expires_at() {
            Some(expires_at) if expires_at <= now => Err(TokenError::Expired),
            _ => Ok(envelope.claims),
        }
    }
}

fn unix_seconds(instant: DateTime) -> u64 {
    u64::try_from(instant.timestamp_millis() / 1000).unwrap_or(0)
}

/// Whether fewer than eight different characters make up the key: typed by hand, not generated.
fn is_weak(text: &str) -> bool {
    let mut characters: Vec<char> = text.trim_end_matches('=').chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < 8
}
