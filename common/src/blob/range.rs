//! A part of stored bytes.

/// Bytes `start..end`, counted from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl ByteRange {
    /// How many bytes it spans.
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it spans none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
