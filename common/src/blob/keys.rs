//! The key ring that wraps data keys.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use mongodb::bson::Binary;
use mongodb::bson::spec::BinarySubtype;
use secrecy::{SecretBox, SecretString};
use serde::{Deserialize, Serialize};

use super::data_key::{KEY_BYTES, about};
use super::layout::TAG_BYTES;
use super::{BlobKeyError, DataKey, key_list};
use crate::entropy::Entropy;
use crate::id::BlobId;
use crate::token::KeyRing;

/// What is wrapped, and how; frozen.
const WRAPPED_V1: &str = "dossier blob key v1";

/// The format of sealed bytes and wrapped keys, the only one so far.
const FORMAT: i32 = 1;

/// How long the tag is, for slices.
const TAG: usize = TAG_BYTES as usize;

/// Why a wrapped data key does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenKeyError {
    /// Its wrapping key is not among the keys.
    #[error("there is no key {kid}")]
    Missing {
        /// Which one it is.
        kid: String,
    },
    /// It is not what was wrapped for this blob under that key.
    #[error("the wrapped key is not the one of this blob under key {kid}")]
    Damaged {
        /// Under which key it says to be.
        kid: String,
    },
}

/// A data key, wrapped, as it is stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct WrappedKey {
    /// How the key is wrapped, and the bytes are sealed with it.
    pub format: i32,
    /// The key it is wrapped under.
    pub kid: String,
    /// Nonce, encrypted key and tag: 60 bytes.
    pub wrapped_key: Binary,
}

/// Shows the id alone.
impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WrappedKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The keys that wrap data keys: the first wraps, every one opens. Clones share them; see [`KeyRing`].
#[derive(Clone, Debug)]
pub struct BlobKeys(KeyRing<LessSafeKey>);

impl BlobKeys {
    /// Reads a comma-separated list of `kid:base64`.
    ///
    /// # Errors
    ///
    /// [`BlobKeyError`], which names the position of the bad key and never its text.
    pub fn parse(list: &SecretString) -> Result<Self, BlobKeyError> {
        let keys = key_list::parse(list)?;
        KeyRing::new(keys).map(Self).ok_or(BlobKeyError::Empty)
    }

    /// The `kid` of each key, the one that wraps first.
    pub fn ids(&self) -> Vec<String> {
        self.0.ids()
    }

    /// Takes the keys of `others` in the place of these, in every clone.
    pub fn replace(&self, others: &Self) {
        self.0.replace(&others.0);
    }

    /// Wraps the data key of `blob` under the first key.
    ///
    /// The nonce is random, 96 bits: one wrapping key is good for 2³² blobs (NIST SP 800-38D §8.3).
    pub fn wrap(&self, key: &DataKey, blob: BlobId, entropy: &Entropy) -> WrappedKey {
        let keys = self.0.current();
        let (kid, wrapping) = &keys[0];
        let nonce: [u8; NONCE_LEN] = entropy.bytes();
        let mut bytes = Vec::with_capacity(NONCE_LEN + KEY_BYTES + TAG);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(key.bytes());
        let tag = wrapping
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(about(WRAPPED_V1, blob)),
                &mut bytes[NONCE_LEN..],
            )
            .expect("32 bytes are not too many");
        bytes.extend_from_slice(tag.as_ref());
        WrappedKey {
            format: FORMAT,
            kid: kid.clone(),
            wrapped_key: Binary {
                subtype: BinarySubtype::Generic,
                bytes,
            },
        }
    }

    /// The data key of `blob`.
    ///
    /// # Errors
    ///
    /// [`OpenKeyError`], which names the wrapping key.
    pub fn open(&self, wrapped: &WrappedKey, blob: BlobId) -> Result<DataKey, OpenKeyError> {
        let kid = || wrapped.kid.clone();
        let keys = self.0.current();
        let found = keys.iter().find(|(known, _)| *known == wrapped.kid);
        let (_, wrapping) = found.ok_or_else(|| OpenKeyError::Missing { kid: kid() })?;
        let damaged = || OpenKeyError::Damaged { kid: kid() };
        if wrapped.format != FORMAT {
            return Err(damaged());
        }
        let bytes = wrapped.wrapped_key.bytes.as_slice();
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(damaged)?;
        let (sealed, tag) = sealed.split_at_checked(KEY_BYTES).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let mut is_opened = false;
        let key = SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| {
            let about = Aad::from(about(WRAPPED_V1, blob));
            let opened = wrapping.open_separate_gather(nonce, about, sealed, tag, key);
            is_opened = opened.is_ok();
        });
        is_opened.then(|| DataKey::of(key)).ok_or_else(damaged)
    }

    /// The data key of `blob`, wrapped under the first key; nothing when it is already.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open).
    pub fn rewrap(
        &self,
        wrapped: &WrappedKey,
        blob: BlobId,
        entropy: &Entropy,
    ) -> Result<Option<WrappedKey>, OpenKeyError> {
        let key = self.open(wrapped, blob)?;
        let is_first = self.0.current()[0].0 == wrapped.kid;
        Ok((!is_first).then(|| self.wrap(&key, blob, entropy)))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use mongodb::bson::DateTime;

    use super::*;

    fn keys(list: &str) -> Result<BlobKeys, BlobKeyError> {
        BlobKeys::parse(&list.into())
    }

    fn text(kid: &str, seed: u64) -> String {
        let bytes: [u8; KEY_BYTES] = Entropy::seeded(seed).bytes();
        format!("{kid}:{}", STANDARD.encode(bytes))
    }

    #[test]
    fn a_data_key_opens_for_its_blob_under_its_key_alone() {
        let entropy = Entropy::seeded(9);
        let id = |millis| BlobId::generate(&entropy, DateTime::from_millis(millis));
        let (blob, other) = (id(1), id(2));
        let old = keys(&text("b1", 1)).expect("good");
        let key = DataKey::generate(&entropy);
        let wrapped = old.wrap(&key, blob, &entropy);
        assert_eq!(wrapped.wrapped_key.bytes.len(), 60);
        let opened = old.open(&wrapped, blob).expect("genuine");
        assert_eq!(opened.bytes(), key.bytes());
        let damaged = || {
            Some(OpenKeyError::Damaged {
                kid: "b1".to_owned(),
            })
        };
        assert_eq!(old.open(&wrapped, other).err(), damaged());
        for at in [0, NONCE_LEN, 59] {
            let mut flipped = wrapped.clone();
            flipped.wrapped_key.bytes[at] ^= 1;
            assert_eq!(old.open(&flipped, blob).err(), damaged());
        }
        let impostor = keys(&text("b1", 2)).expect("good");
        assert_eq!(impostor.open(&wrapped, blob).err(), damaged());
        let missing = OpenKeyError::Missing {
            kid: "b1".to_owned(),
        };
        let new = keys(&text("b2", 2)).expect("good");
        assert_eq!(new.open(&wrapped, blob).err(), Some(missing));
    }

    #[test]
    fn wrapping_anew_keeps_the_data_key() {
        let entropy = Entropy::seeded(9);
        let blob = BlobId::generate(&entropy, DateTime::from_millis(1));
        let old = keys(&text("b1", 1)).expect("good");
        let both = keys(&format!("{},{}", text("b2", 2), text("b1", 1))).expect("good");
        let key = DataKey::generate(&entropy);
        let wrapped = old.wrap(&key, blob, &entropy);
        assert_eq!(old.rewrap(&wrapped, blob, &entropy), Ok(None));
        let anew = both.rewrap(&wrapped, blob, &entropy);
        let anew = anew.expect("genuine").expect("another key is first");
        assert_eq!(anew.kid, "b2");
        let opened = both.open(&anew, blob).expect("genuine");
        assert_eq!(opened.bytes(), key.bytes());
    }
}
