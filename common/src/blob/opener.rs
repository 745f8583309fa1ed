//! Opening sealed bytes as they are read.

use bytes::Bytes;

use super::data_key::{Place, SegmentCipher};
use super::layout::{SEALED_SEGMENT_BYTES, SEGMENT_BYTES, TAG_BYTES, segment_count};
use super::{ByteRange, DataKey, SealError};
use crate::id::BlobId;

/// A tag's length, for slices.
const TAG: usize = TAG_BYTES as usize;

/// Opens the segments that hold a range of one blob's bytes, in order. What it gives out has been
/// authenticated: as those bytes, of that blob, at that place, and as the end of the blob where it ends.
pub struct Opener {
    cipher: SegmentCipher,
    range: ByteRange,
    size_bytes: u64,
    /// The number of the next segment.
    segment: u64,
    /// The beginning of a segment whose end has not come.
    waiting: Vec<u8>,
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener")
            .field("range", &self.range)
            .field("segment", &self.segment)
            .finish_non_exhaustive()
    }
}

impl Opener {
    /// For the bytes of `range`, of the `size_bytes` bytes of `blob`. It takes those that
    /// [`sealed_range`](super::sealed_range) names.
    pub fn new(key: &DataKey, blob: BlobId, size_bytes: u64, range: ByteRange) -> Self {
        Self {
            cipher: key.cipher(blob),
            segment: range.start / SEGMENT_BYTES,
            range,
            size_bytes,
            waiting: Vec::new(),
        }
    }

    /// Takes the next sealed bytes, and returns those bytes of the range that they complete, which may be
    /// none.
    ///
    /// # Errors
    ///
    /// [`SealError`] when they are not what was sealed there.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Bytes, SealError> {
        let begin = self.segment * SEGMENT_BYTES;
        let mut plain = Vec::with_capacity(self.waiting.len() + sealed.len());
        let mut rest = sealed;
        while !rest.is_empty() {
            let length = self.next_length().ok_or(SealError)?;
            if self.waiting.is_empty() && rest.len() >= length {
                let (segment, after) = rest.split_at(length);
                self.open(segment, &mut plain)?;
                rest = after;
                continue;
            }
            let missing = length - self.waiting.len();
            let (more, after) = rest.split_at(missing.min(rest.len()));
            self.waiting.extend_from_slice(more);
            rest = after;
            if self.waiting.len() == length {
                let segment = std::mem::take(&mut self.waiting);
                self.open(&segment, &mut plain)?;
            }
        }
        Ok(self.within_range(begin, plain))
    }

    /// Makes sure that nothing of the range is missing.
    ///
    /// # Errors
    ///
    /// [`SealError`] when the sealed bytes ended before the range did.
    pub fn finish(self) -> Result<(), SealError> {
        let is_whole = self.segment * SEGMENT_BYTES >= self.range.end.min(self.size_bytes);
        let is_any = self.segment > 0 || self.size_bytes > 0;
        (is_whole && is_any && self.waiting.is_empty())
            .then_some(())
            .ok_or(SealError)
    }

    fn open(&mut self, segment: &[u8], plain: &mut Vec<u8>) -> Result<(), SealError> {
        let place = Place {
            segment: self.segment,
            is_last: self.segment + 1 == segment_count(self.size_bytes),
        };
        let parts = segment.split_at_checked(segment.len().saturating_sub(TAG));
        self.cipher.open(place, parts.ok_or(SealError)?, plain)?;
        self.segment += 1;
        Ok(())
    }

    /// How long the next segment is with its tag; nothing after the last one.
    fn next_length(&self) -> Option<usize> {
        let is_there = self.segment < segment_count(self.size_bytes);
        let begin = self.segment * SEGMENT_BYTES;
        let length = SEGMENT_BYTES.min(self.size_bytes.saturating_sub(begin)) + TAG_BYTES;
        is_there.then_some(usize::try_from(length.min(SEALED_SEGMENT_BYTES)).ok()?)
    }

    /// The bytes of `plain`, which begins at byte `begin`, that are in the range.
    fn within_range(&self, begin: u64, plain: Vec<u8>) -> Bytes {
        let plain = Bytes::from(plain);
        let length = plain.len() as u64;
        let from = self.range.start.saturating_sub(begin).min(length);
        let to = self.range.end.saturating_sub(begin).min(length);
        plain.slice(as_index(from)..as_index(to.max(from)))
    }
}

fn as_index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::blob::{Sealer, sealed_range, sealed_size};
    use crate::entropy::Entropy;

    const SEGMENT: usize = SEGMENT_BYTES as usize;

    fn blob(number: i64) -> BlobId {
        BlobId::generate(&Entropy::seeded(1), DateTime::from_millis(number))
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|i| ((i * 31) >> 7) as u8).collect()
    }

    fn seal(key: &DataKey, id: BlobId, plain: &[u8], piece: usize) -> Vec<u8> {
        let mut sealer = Sealer::new(key, id);
        let mut sealed = Vec::new();
        for piece in plain.chunks(piece) {
            sealed.extend_from_slice(&sealer.push(piece).expect("few segments"));
        }
        sealed.extend_from_slice(&sealer.finish().expect("few segments"));
        assert_eq!(sealed.len() as u64, sealed_size(plain.len() as u64));
        sealed
    }

    /// What opens of `sealed` as the bytes of `range` of a blob of `size` bytes.
    fn open(
        (key, id): (&DataKey, BlobId),
        sealed: &[u8],
        size: usize,
        range: ByteRange,
        piece: usize,
    ) -> Result<Vec<u8>, SealError> {
        let mut opener = Opener::new(key, id, size as u64, range);
        let mut plain = Vec::new();
        for piece in sealed.chunks(piece) {
            plain.extend_from_slice(&opener.push(piece)?);
        }
        opener.finish()?;
        Ok(plain)
    }

    fn whole(size: usize) -> ByteRange {
        ByteRange {
            start: 0,
            end: size as u64,
        }
    }

    #[test]
    fn any_length_around_the_edges_of_segments_opens_as_it_was() {
        let key = DataKey::generate(&Entropy::seeded(2));
        for size in [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT + 7] {
            let plain = bytes(size);
            for piece in [1000, SEGMENT, 5 * SEGMENT] {
                let sealed = seal(&key, blob(1), &plain, piece);
                let opened = open((&key, blob(1)), &sealed, size, whole(size), piece + 1);
                assert!(
                    opened.expect("genuine") == plain,
                    "{size} in pieces of {piece}"
                );
            }
        }
    }

    #[test]
    fn every_change_of_a_bit_a_segment_or_the_end_is_noticed() {
        let entropy = Entropy::seeded(3);
        let key = DataKey::generate(&entropy);
        let size = 2 * SEGMENT + 100;
        let sealed = seal(&key, blob(1), &bytes(size), SEGMENT);
        let refused = |what: &str, sealed: &[u8], size: usize| {
            let opened = open((&key, blob(1)), sealed, size, whole(size), 70_000);
            assert_eq!(opened, Err(SealError), "{what}");
        };
        for at in [
            0,
            SEGMENT,
            SEGMENT + TAG,
            sealed.len() - TAG,
            sealed.len() - 1,
        ] {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            refused("a bit is flipped", &flipped, size);
        }
        let segment = SEGMENT + TAG;
        let (first, second) = (&sealed[..segment], &sealed[segment..2 * segment]);
        let swapped = [second, first, &sealed[2 * segment..]].concat();
        refused("two segments are swapped", &swapped, size);
        refused(
            "one comes twice",
            &[first, first, &sealed[2 * segment..]].concat(),
            size,
        );
        refused("the end is cut off", &sealed[..sealed.len() - 1], size);
        refused("the last segment is gone", &sealed[..2 * segment], size);
        // Also where the document's row says so.
        refused("it ends earlier", &sealed[..2 * segment], 2 * SEGMENT);
        refused("there is more", &[&sealed[..], &[0; 20][..]].concat(), size);
        refused(
            "there is one more",
            &[&sealed[..], &[0; 20][..]].concat(),
            size + 20,
        );
        let other = seal(&key, blob(2), &bytes(size), SEGMENT);
        refused(
            "a segment is another blob's",
            &[&sealed[..segment], &other[segment..]].concat(),
            size,
        );
        let foreign = DataKey::generate(&entropy);
        let opened = open((&foreign, blob(1)), &sealed, size, whole(size), SEGMENT);
        assert_eq!(opened, Err(SealError), "another key");
    }

    #[test]
    fn no_bytes_at_all_are_authenticated_too() {
        let key = DataKey::generate(&Entropy::seeded(4));
        let sealed = seal(&key, blob(1), &[], 1);
        assert_eq!(
            open((&key, blob(1)), &sealed, 0, whole(0), 9),
            Ok(Vec::new())
        );
        assert_eq!(open((&key, blob(1)), &[], 0, whole(0), 9), Err(SealError));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_range_is_what_was_sealed_there(
            size in 1_usize..4 * SEGMENT,
            from in 0.0..1.0_f64,
            to in 0.0..1.0_f64,
            piece in 1_usize..3 * SEGMENT,
        ) {
            let key = DataKey::generate(&Entropy::seeded(5));
            let plain = bytes(size);
            let sealed = seal(&key, blob(1), &plain, SEGMENT + 3);
            let (from, to) = ((from * size as f64) as u64, (to * size as f64) as u64);
            let range = ByteRange { start: from.min(to), end: from.max(to) + 1 };
            let stored = sealed_range(range, size as u64);
            let stored = &sealed[stored.start as usize..stored.end as usize];
            let opened = open((&key, blob(1)), stored, size, range, piece.max(1000));
            let (start, end) = (range.start as usize, (range.end as usize).min(size));
            prop_assert!(opened.expect("genuine") == plain[start..end]);
        }
    }
}
