//! Where text and values end, found eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = ONES << 7;

/// Bytes up to one that ends them.
pub(super) struct Run {
    pub(super) end: usize,
    /// Whether one of them may have a meaning of its own.
    pub(super) has_special: bool,
    /// Whether one of them may be a control or of a character beyond ASCII.
    pub(super) has_unusual: bool,
}

/// The text at `start`, up to markup or a reference.
#[inline]
pub(super) fn text(bytes: &[u8], start: usize) -> Option<Run> {
    let ends = |word| equal(word, b'<') | equal(word, b'&');
    run(bytes, start, ends, |word| equal(word, b'>'))
}

/// The value at `start`, up to its closing quote.
#[inline]
pub(super) fn value(bytes: &[u8], start: usize, quote: u8) -> Option<Run> {
    let special = |word| equal(word, b'<') | equal(word, b'&');
    run(bytes, start, |word| equal(word, quote), special)
}

/// `None` where nothing ends the run. Of a word, `ends` and `special` mark bytes by their highest bits, and
/// surely the first of them.
#[inline]
fn run(
    bytes: &[u8],
    start: usize,
    ends: impl Fn(u64) -> u64,
    special: impl Fn(u64) -> u64,
) -> Option<Run> {
    let mut run = Run {
        end: start,
        has_special: false,
        has_unusual: false,
    };
    let (words, rest) = bytes.get(start..)?.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        if run.take(word, ends(word), special(word)) {
            return Some(run);
        }
    }
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    let word = u64::from_le_bytes(last);
    run.take(word, ends(word), special(word)).then_some(run)
}

impl Run {
    /// Takes the next eight bytes, or those before the first that is marked in `ends`. Answers whether there is
    /// one.
    #[inline]
    fn take(&mut self, word: u64, ends: u64, special: u64) -> bool {
        let before_end = (ends & ends.wrapping_neg()).wrapping_sub(1);
        let unusual = below_space(word) | (word & HIGHEST);
        self.has_special |= special & before_end != 0;
        self.has_unusual |= unusual & before_end != 0;
        self.end += ends.trailing_zeros() as usize / 8;
        ends != 0
    }
}

/// Marks the bytes that are `byte`.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    difference.wrapping_sub(ONES) & !difference & HIGHEST
}

/// Marks the bytes that are control characters.
#[inline]
fn below_space(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word & HIGHEST
}
