//! Text that others chose, without what would steer a terminal.

use crate::document::is_unseen;

/// `text` with escapes for characters that have no shape, and for bytes that are no text.
pub(super) fn visible(text: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_unseen(c) {
                shown.extend(c.escape_unicode());
            } else {
                shown.push(c);
            }
        }
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02X}"));
        }
    }
    shown
}

/// JSON that means the same, with escapes for characters in strings that have no shape.
pub(super) fn visible_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        // Line feeds stand between values alone. All others are below U+10000, and stand in strings.
        if is_unseen(c) && c != '\n' {
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_shape_is_escaped_and_stays_distinguishable() {
        assert_eq!(visible("a\u{1B}\u{202E}é".as_bytes()), r"a\u{1b}\u{202e}é");
        assert_eq!(visible(b"a\xFF\xFE"), r"a\xFF\xFE");
        assert_eq!(visible_json("{\n\"a\u{61C}\"}"), "{\n\"a\\u061c\"}");
    }
}
