//! Sealing bytes as they arrive.

use bytes::Bytes;

use super::data_key::{Place, SegmentCipher};
use super::layout::{SEALED_SEGMENT_BYTES, SEGMENT_BYTES};
use super::{DataKey, SealError};
use crate::id::BlobId;

/// A segment's length, for slices.
const SEGMENT: usize = SEGMENT_BYTES as usize;

/// A sealed segment's length, for capacities.
const SEALED_SEGMENT: usize = SEALED_SEGMENT_BYTES as usize;

/// Seals the bytes of one blob, segment by segment.
pub struct Sealer {
    cipher: SegmentCipher,
    /// The number of the next segment.
    segment: u64,
    /// The bytes of the next segment. Full ones wait too, for none knows whether they are the last.
    waiting: Vec<u8>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer")
            .field("segment", &self.segment)
            .finish_non_exhaustive()
    }
}

impl Sealer {
    /// For the bytes of `blob`. No other blob may have the same key, and this one is sealed once.
    pub fn new(key: &DataKey, blob: BlobId) -> Self {
        Self {
            cipher: key.cipher(blob),
            segment: 0,
            waiting: Vec::with_capacity(SEGMENT),
        }
    }

    /// Takes the next bytes, and returns what is sealed by them.
    ///
    /// # Errors
    ///
    /// [`SealError`] after 2³² segments, which are 280 terabytes.
    pub fn push(&mut self, mut plain: &[u8]) -> Result<Bytes, SealError> {
        let segments = (self.waiting.len() + plain.len()) / SEGMENT;
        let mut sealed = Vec::with_capacity(segments * SEALED_SEGMENT);
        while self.waiting.len() + plain.len() > SEGMENT {
            if self.waiting.is_empty() {
                let (segment, rest) = plain.split_at(SEGMENT);
                let place = self.next(false);
                self.cipher.seal(place, segment, &mut sealed)?;
                plain = rest;
            } else {
                let (missing, rest) = plain.split_at(SEGMENT - self.waiting.len());
                self.waiting.extend_from_slice(missing);
                let place = self.next(false);
                self.cipher.seal(place, &self.waiting, &mut sealed)?;
                self.waiting.clear();
                plain = rest;
            }
        }
        self.waiting.extend_from_slice(plain);
        Ok(sealed.into())
    }

    /// The last segment: there is always one, which may be empty.
    ///
    /// # Errors
    ///
    /// Those of [`push`](Self::push).
    pub fn finish(mut self) -> Result<Bytes, SealError> {
        let mut sealed = Vec::with_capacity(SEALED_SEGMENT);
        let place = self.next(true);
        self.cipher.seal(place, &self.waiting, &mut sealed)?;
        Ok(sealed.into())
    }

    fn next(&mut self, is_last: bool) -> Place {
        let segment = self.segment;
        self.segment += 1;
        Place { segment, is_last }
    }
}
