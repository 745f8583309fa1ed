//! The key of one blob's bytes.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::{ExposeSecret, SecretBox};

use super::SealError;
use crate::entropy::Entropy;
use crate::id::BlobId;

/// How long a data key is, in bytes: AES-256.
pub(super) const KEY_BYTES: usize = 32;

/// What is sealed, and how; frozen. Bytes of another format do not open as this one.
const SEGMENTS_V1: &str = "dossier blob v1";

/// The key of one blob's bytes: random, used for that blob alone, and never stored but wrapped
/// ([`BlobKeys::wrap`](super::BlobKeys::wrap)). It is wiped from memory when it is dropped.
pub struct DataKey(SecretBox<[u8; KEY_BYTES]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl DataKey {
    /// A new one.
    pub fn generate(entropy: &Entropy) -> Self {
        Self(SecretBox::init_with_mut(|bytes: &mut [u8; KEY_BYTES]| {
            entropy.fill(bytes);
        }))
    }

    pub(super) fn of(bytes: SecretBox<[u8; KEY_BYTES]>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        self.0.expose_secret()
    }

    /// What seals and opens the segments of `blob`.
    pub(super) fn cipher(&self, blob: BlobId) -> SegmentCipher {
        SegmentCipher {
            key: aes_256_gcm(self.bytes()),
            about: about(SEGMENTS_V1, blob),
        }
    }
}

/// AES-256-GCM under `key`.
pub(super) fn aes_256_gcm(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, key).expect("a key of AES-256 has 32 bytes");
    LessSafeKey::new(key)
}

/// The associated data of what is sealed for `blob` in the way that `format` names.
pub(super) fn about(format: &str, blob: BlobId) -> Vec<u8> {
    format!("{format}\n{blob}").into_bytes()
}

/// Seals and opens the segments of one blob.
pub(super) struct SegmentCipher {
    key: LessSafeKey,
    about: Vec<u8>,
}

impl SegmentCipher {
    /// Adds `plain`, sealed, to `sealed`.
    pub(super) fn seal(
        &self,
        place: Place,
        plain: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let begin = sealed.len();
        sealed.extend_from_slice(plain);
        let about = Aad::from(self.about.as_slice());
        let tag = self
            .key
            .seal_in_place_separate_tag(place.nonce()?, about, &mut sealed[begin..])
            .map_err(|_| SealError)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Adds what `sealed`, a segment with its tag, holds to `plain`.
    pub(super) fn open(
        &self,
        place: Place,
        (sealed, tag): (&[u8], &[u8]),
        plain: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let begin = plain.len();
        plain.resize(begin + sealed.len(), 0);
        let about = Aad::from(self.about.as_slice());
        self.key
            .open_separate_gather(place.nonce()?, about, sealed, tag, &mut plain[begin..])
            .map_err(|_| SealError)
    }
}

/// The place of a segment in its blob.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its number, from zero.
    pub(super) segment: u64,
    /// Whether there is none after it.
    pub(super) is_last: bool,
}

impl Place {
    /// Seven zero bytes, the number of the segment, and whether it is the last one: the nonce of the STREAM
    /// construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
    /// Nonce-Reuse Misuse-Resistance", 2015). A key seals one blob, once, so that no nonce comes twice and
    /// the part that is random elsewhere can be zero.
    fn nonce(self) -> Result<Nonce, SealError> {
        let number = u32::try_from(self.segment).map_err(|_| SealError)?;
        let mut nonce = [0; NONCE_LEN];
        nonce[7..11].copy_from_slice(&number.to_be_bytes());
        nonce[11] = u8::from(self.is_last);
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}
