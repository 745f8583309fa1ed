//! Names in markup.

use super::characters::{NAME, NAME_START, WIDE, class};
use super::fault::Fault;

/// Where in a text a qualified name stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    /// Where it begins without prefix.
    pub(super) local: usize,
    pub(super) end: usize,
}

/// Reads the qualified name at `start`, by XML 1.0 (fifth edition) and Namespaces in XML. `what` it should be
/// the name of is for the message.
#[inline]
pub(super) fn read(text: &str, start: usize, what: &'static str) -> Result<Name, Fault> {
    let bytes = text.as_bytes();
    let (colon, mut classes) = run(bytes, start);
    let (mut local, mut end) = (start, colon);
    if bytes.get(colon) == Some(&b':') {
        let (local_end, more) = run(bytes, colon + 1);
        (local, end) = (colon + 1, local_end);
        classes |= more;
    }
    let Some(&first) = bytes.get(local).filter(|_| end < bytes.len()) else {
        return Err(Fault::Cut);
    };
    let valid = if classes & WIDE == 0 {
        class(bytes[start]) & class(first) & NAME_START != 0
    } else {
        (local == start || is_ncname(&text[start..colon])) && is_ncname(&text[local..end])
    };
    if valid {
        Ok(Name { local, end })
    } else {
        Err(Fault::Malformed(what))
    }
}

/// Where the bytes end that a name without colon may have, and what they are.
#[inline]
fn run(bytes: &[u8], start: usize) -> (usize, u8) {
    let (mut end, mut classes) = (start, 0);
    while let Some(&byte) = bytes.get(end) {
        let class = class(byte);
        if class & (NAME | WIDE) == 0 {
            break;
        }
        classes |= class;
        end += 1;
    }
    (end, classes)
}

/// Whether this is a name without colon.
pub(super) fn is_ncname(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(is_start) && chars.all(is_continue)
}

fn is_start(c: char) -> bool {
    match c {
        '\0'..='\x7F' => class(c as u8) & NAME_START != 0,
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
        '\0'..='\x7F' => class(c as u8) & NAME != 0,
        '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}' => true,
        _ => is_start(c),
    }
}
