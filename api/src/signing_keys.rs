//! The keys of access and refresh tokens, and of the console's cookies.

use std::sync::Arc;

use aws_lc_rs::hkdf;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dossier_common::config::Environment;
use dossier_common::token::KeyRing;
use jsonwebtoken::{DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};

const MIN_KEY_BYTES: usize = 32;

/// What is made of the secret of one key.
pub(crate) struct SigningKey {
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
    /// For refresh tokens.
    pub(crate) refresh: hmac::Key,
    /// For the cookies and forms of the web console.
    pub(crate) console: hmac::Key,
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
                refresh: derive_key(&secret, b"refresh tokens"),
                console: derive_key(&secret, b"web console"),
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

/// The key that belongs to a signing key for `purpose`: another one for another use.
fn derive_key(signing_secret: &[u8], purpose: &[u8]) -> hmac::Key {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"dossier");
    let derived = salt.extract(signing_secret);
    let info = [purpose];
    let derived = derived.expand(&info, HMAC_SHA256);
    hmac::Key::from(derived.expect("32 bytes are few enough"))
}
