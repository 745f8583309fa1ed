//! Which characters may stand in XML at all, and what each is there.

/// A byte that begins a name: an ASCII letter or `_`.
pub(super) const NAME_START: u8 = 1;
/// A byte that goes on with a name, but for the colon.
pub(super) const NAME: u8 = 2;
/// A byte of a character beyond ASCII.
pub(super) const WIDE: u8 = 4;
pub(super) const SPACE: u8 = 8;
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut code = 0;
    while code < classes.len() {
        classes[code] = match code as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => NAME_START | NAME,
            b'0'..=b'9' | b'-' | b'.' => NAME,
            b' ' | b'\t' | b'\n' | b'\r' => SPACE,
            0x80.. => WIDE,
            _ => 0,
        };
        code += 1;
    }
    classes
};

/// What the byte is: a set of the constants above.
#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// Whether the byte is white space in markup.
#[inline]
pub(super) fn is_space(byte: u8) -> bool {
    class(byte) & SPACE != 0
}

/// Where the white space at `at` ends.
#[inline]
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|&byte| is_space(byte)) {
        at += 1;
    }
    at
}

/// Whether text has a character that XML 1.0 forbids.
pub(super) fn has_illegal(text: &str) -> bool {
    // One pass without branches for the controls; the two non-characters U+FFFE and U+FFFF begin with 0xEF.
    let suspicious = text.bytes().fold(false, |found, byte| {
        found | (byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r') | (byte == 0xEF)
    });
    suspicious && text.chars().any(|c| !is_legal(c))
}

/// Whether XML 1.0 allows the character.
pub(super) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}
