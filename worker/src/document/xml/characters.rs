//! Which characters may stand in XML at all.

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

/// Whether the byte is white space in markup.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
