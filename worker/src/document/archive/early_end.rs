//! Data that seems to end before it ends.
//!
//! Of a stored entry whose sizes follow it, a program that reads from front to back finds the end by its
//! descriptor alone. A descriptor inside the data, true of what precedes it, would end the entry there.

const SIGNATURE: &[u8] = b"PK\x07\x08";
/// From the signature to the end of the narrow size.
const DESCRIPTOR_BYTES: usize = 12;

/// Looks for a descriptor in data that comes in pieces.
#[derive(Default)]
pub(super) struct EarlyEnd {
    /// The end of what came before, which may be the beginning of a descriptor.
    tail: Vec<u8>,
    /// How much came before the tail.
    before_tail: u64,
}

impl EarlyEnd {
    /// Whether the next piece completes a descriptor that gives the size of what precedes it. The sum is not
    /// compared: no genuine data has even such a size in such a place.
    pub(super) fn is_in(&mut self, piece: &[u8]) -> bool {
        let text = [&self.tail[..], piece].concat();
        let ends = text
            .windows(DESCRIPTOR_BYTES)
            .enumerate()
            .any(|(at, window)| {
                let size = &window[8..];
                let precedes = self.before_tail + at as u64;
                // The low half is that of a wide size, too.
                window.starts_with(SIGNATURE) && precedes.to_le_bytes().starts_with(size)
            });
        let kept = text.len().min(DESCRIPTOR_BYTES - 1);
        self.before_tail += (text.len() - kept) as u64;
        self.tail = text[text.len() - kept..].to_vec();
        ends
    }
}
