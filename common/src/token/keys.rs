//! The key ring that seals and opens tokens.

use fernet::Fernet;
use mongodb::bson::DateTime;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::pseudonym::PseudonymKey;
use super::{Claims, KeyRing, Pseudonyms};
use crate::digest::Sha256;

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

/// Fernet keys: the first seals, every one opens. Clones share them; see [`KeyRing`].
#[derive(Clone, Debug)]
pub struct TokenKeys(KeyRing<TokenKey>);

/// What is made of the text of one key.
struct TokenKey {
    fernet: Fernet,
    pseudonyms: PseudonymKey,
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
        let mut keys: Vec<(String, TokenKey)> = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let position = index + 1;
            if is_weak(text) {
                return Err(KeyError::Weak { position });
            }
            let fernet = Fernet::new(text).ok_or(KeyError::Malformed { position })?;
            let id = id_of(text);
            if keys.iter().any(|(known, _)| *known == id) {
                return Err(KeyError::Duplicate { position });
            }
            let pseudonyms = PseudonymKey::derived_from(text);
            keys.push((id, TokenKey { fernet, pseudonyms }));
        }
        KeyRing::new(keys).map(Self).ok_or(KeyError::Empty)
    }

    /// The ids of the keys, the one that seals first: eight hexadecimal digits of the digest of each,
    /// which tell keys apart and nothing of them.
    pub fn ids(&self) -> Vec<String> {
        self.0.ids()
    }

    /// Takes the keys of `others` in the place of these, in every clone.
    pub fn replace(&self, others: &Self) {
        self.0.replace(&others.0);
    }

    /// What names people without telling who they are, under the first key.
    pub fn pseudonyms(&self) -> Pseudonyms {
        Pseudonyms::new(self.clone())
    }

    /// The pseudonym of `text` among those of `kind`, under the key that is the first one now.
    pub(super) fn pseudonym(&self, kind: &str, text: &str) -> String {
        self.0.current()[0].1.pseudonyms.of(kind, text)
    }

    /// Seals `claims` under the first key.
    pub fn seal<C: Claims>(&self, claims: &C, now: DateTime) -> String {
        let envelope = Sealed {
            purpose: C::PURPOSE,
            claims,
        };
        let payload =
            serde_json::to_vec(&envelope).expect("claims are plain structs of strings and numbers");
        self.0.current()[0]
            .1
            .fernet
            .encrypt_at_time(&payload, unix_seconds(now))
    }

    /// What `token` says, sealed under the first key; nothing when it is already.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn reseal<C: Claims>(
        &self,
        token: &str,
        now: DateTime,
    ) -> Result<Option<String>, TokenError> {
        let claims: C = self.open(token, now)?;
        let first = &self.0.current()[0].1.fernet;
        let opened = first.decrypt_at_time(token, None, unix_seconds(now));
        Ok(opened.is_err().then(|| self.seal(&claims, now)))
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
            .0
            .current()
            .iter()
            .find_map(|(_, key)| key.fernet.decrypt_at_time(token, None, now).ok())
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

/// A key is 256 random bits, of which nobody finds one by its digest. Its text may end in `=` or not.
fn id_of(text: &str) -> String {
    let digest = Sha256::of(text.trim_end_matches('=').as_bytes());
    digest.to_string().chars().take(8).collect()
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
