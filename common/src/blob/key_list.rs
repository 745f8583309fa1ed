//! The list of keys that an operator writes: how it is read, and what is no key.

use aws_lc_rs::aead::LessSafeKey;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::data_key::{KEY_BYTES, aes_256_gcm};

/// Why a list of keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlobKeyError {
    /// No key at all.
    #[error("needs at least one key")]
    Empty,
    /// Not a kid and 32 bytes.
    #[error(
        "key {position} is not of the form kid:base64 with 32 bytes (make one with `echo \"b1:$(openssl rand -base64 32)\"`)"
    )]
    Malformed {
        /// Which key, counted from one.
        position: usize,
    },
    /// A kid with characters that it may not have.
    #[error("the kid of key {position} must be 1 to 64 letters, digits, - and _")]
    Kid {
        /// Which key, counted from one.
        position: usize,
    },
    /// Twice the same kid or the same key.
    #[error("key {position} is there twice, or its kid is")]
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

/// The keys of a comma-separated list of `kid:base64`, each with its `kid`; none of an empty list.
pub(super) fn parse(list: &SecretString) -> Result<Vec<(String, LessSafeKey)>, BlobKeyError> {
    let mut keys: Vec<(String, LessSafeKey)> = Vec::new();
    let mut known: Vec<SecretBox<[u8; KEY_BYTES]>> = Vec::new();
    let entries = list.expose_secret().split(',').map(str::trim);
    for (index, entry) in entries.filter(|entry| !entry.is_empty()).enumerate() {
        let position = index + 1;
        let (kid, key) = parse_entry(entry, position)?;
        let is_known =
            |other: &SecretBox<[u8; KEY_BYTES]>| other.expose_secret() == key.expose_secret();
        if keys.iter().any(|(other, _)| other == kid) || known.iter().any(is_known) {
            return Err(BlobKeyError::Duplicate { position });
        }
        keys.push((kid.to_owned(), aes_256_gcm(key.expose_secret())));
        known.push(key);
    }
    Ok(keys)
}

fn parse_entry(
    entry: &str,
    position: usize,
) -> Result<(&str, SecretBox<[u8; KEY_BYTES]>), BlobKeyError> {
    let malformed = || BlobKeyError::Malformed { position };
    let (kid, encoded) = entry.split_once(':').ok_or_else(malformed)?;
    if !is_kid(kid) {
        return Err(BlobKeyError::Kid { position });
    }
    let decoded = STANDARD
        .decode(encoded)
        .or_else(|_| URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')));
    let decoded = Zeroizing::new(decoded.map_err(|_| malformed())?);
    if decoded.len() != KEY_BYTES {
        return Err(malformed());
    }
    if is_weak(&decoded) {
        return Err(BlobKeyError::Weak { position });
    }
    let key = SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| key.copy_from_slice(&decoded));
    Ok((kid, key))
}

fn is_kid(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether fewer than eight different bytes make up the key: typed by hand, not generated.
fn is_weak(key: &[u8]) -> bool {
    let mut distinct = Zeroizing::new(key.to_vec());
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::BlobKeys;
    use crate::entropy::Entropy;

    #[test]
    fn a_list_that_cannot_be_used_is_refused_by_position_and_shows_no_key() {
        let keys = |list: &str| BlobKeys::parse(&list.into());
        let bytes: [u8; KEY_BYTES] = Entropy::seeded(1).bytes();
        let good = format!("b1:{}", STANDARD.encode(bytes));
        let repeated = good.replace("b1:", "b2:");
        for (list, error) in [
            (String::new(), BlobKeyError::Empty),
            ("b1".to_owned(), BlobKeyError::Malformed { position: 1 }),
            (
                format!("{good},b2:AAAA"),
                BlobKeyError::Malformed { position: 2 },
            ),
            (good.replace("b1", "b 1"), BlobKeyError::Kid { position: 1 }),
            (
                format!("{good},{good}"),
                BlobKeyError::Duplicate { position: 2 },
            ),
            (
                format!("{good},{repeated}"),
                BlobKeyError::Duplicate { position: 2 },
            ),
            (
                format!("b1:{}", STANDARD.encode([7_u8; KEY_BYTES])),
                BlobKeyError::Weak { position: 1 },
            ),
        ] {
            assert_eq!(keys(&list).err(), Some(error), "{list}");
        }
        let ring = keys(&good).expect("good");
        let secret = good.trim_start_matches("b1:");
        assert!(!format!("{ring:?}").contains(secret));
    }
}
