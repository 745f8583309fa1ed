//! Where the segments of sealed bytes are.

use super::ByteRange;

/// How much longer a segment is once it is sealed: the tag of AES-GCM, in bytes.
pub const TAG_BYTES: u64 = 16;

/// The length of a sealed segment in bytes, the last one's aside; frozen. Four of them make a chunk of GridFS.
pub const SEALED_SEGMENT_BYTES: u64 = 65_280;

/// How many bytes of a document a segment holds, the last one aside.
pub const SEGMENT_BYTES: u64 = SEALED_SEGMENT_BYTES - TAG_BYTES;

/// The number of segments of `size_bytes` bytes. Nothing at all is one segment, too: an empty one, whose tag
/// says that there is no more.
pub(super) fn segment_count(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(SEGMENT_BYTES).max(1)
}

/// How long `size_bytes` bytes are once they are sealed.
pub fn sealed_size(size_bytes: u64) -> u64 {
    size_bytes + segment_count(size_bytes) * TAG_BYTES
}

/// Which of the sealed bytes hold those of `range`, of `size_bytes` bytes in all. None for an empty range.
pub fn sealed_range(range: ByteRange, size_bytes: u64) -> ByteRange {
    let end = range.end.min(size_bytes);
    if range.start >= end {
        return ByteRange { start: 0, end: 0 };
    }
    let (first, last) = (range.start / SEGMENT_BYTES, (end - 1) / SEGMENT_BYTES);
    ByteRange {
        start: first * SEALED_SEGMENT_BYTES,
        end: ((last + 1) * SEALED_SEGMENT_BYTES).min(sealed_size(size_bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_costs_a_tag_and_nothing_is_one_segment() {
        assert_eq!(sealed_size(0), 16);
        assert_eq!(sealed_size(1), 17);
        assert_eq!(sealed_size(SEGMENT_BYTES), SEALED_SEGMENT_BYTES);
        assert_eq!(sealed_size(SEGMENT_BYTES + 1), SEALED_SEGMENT_BYTES + 17);
    }

    #[test]
    fn a_range_takes_the_segments_that_it_touches_and_no_others() {
        let size = 3 * SEGMENT_BYTES + 5;
        let sealed = |start, end| {
            let range = sealed_range(ByteRange { start, end }, size);
            (range.start, range.end)
        };
        let segment = SEALED_SEGMENT_BYTES;
        assert_eq!(sealed(0, 1), (0, segment));
        assert_eq!(sealed(SEGMENT_BYTES - 1, SEGMENT_BYTES), (0, segment));
        assert_eq!(
            sealed(SEGMENT_BYTES, SEGMENT_BYTES + 1),
            (segment, 2 * segment)
        );
        assert_eq!(
            sealed(SEGMENT_BYTES - 1, SEGMENT_BYTES + 1),
            (0, 2 * segment)
        );
        assert_eq!(sealed(size - 1, size + 9), (3 * segment, 3 * segment + 21));
        assert_eq!(sealed(size, size + 9), (0, 0));
    }
}
