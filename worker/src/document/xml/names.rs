//! Names in markup.

/// Splits a qualified name into prefix (empty for none) and local name. `None` if it is not a name.
pub(super) fn split(name: &str) -> Option<(&str, &str)> {
    match name.bytes().position(|byte| byte == b':') {
        Some(colon) => {
            let (prefix, local) = (&name[..colon], &name[colon + 1..]);
            (is_ncname(prefix) && is_ncname(local)).then_some((prefix, local))
        }
        None => is_ncname(name).then_some(("", name)),
    }
}

/// Whether this is a name without colon, by XML 1.0 (fifth edition) and Namespaces in XML.
pub(super) fn is_ncname(name: &str) -> bool {
    let bytes = name.as_bytes();
    let ascii = bytes.first().is_some_and(|&first| is_ascii_start(first))
        && bytes.iter().all(|&byte| is_ascii_continue(byte));
    ascii || (!name.is_ascii() && is_international(name))
}

fn is_international(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_start) && chars.all(is_continue)
}

fn is_ascii_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_ascii_continue(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_start(c: char) -> bool {
    match c {
        '\0'..='\x7F' => is_ascii_start(c as u8),
        '\u{D7}' | '\u{F7}' | '\u{37E}' => false,
        '\u{C0}'..='\u{2FF}'
        | '\u{370}'..='\u{1FFF}'
        | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}'
        | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}' => true,
        _ => false,
    }
}

fn is_continue(c: char) -> bool {
    match c {
        '\0'..='\x7F' => is_ascii_continue(c as u8),
        '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}' => true,
        _ => is_start(c),
    }
}
