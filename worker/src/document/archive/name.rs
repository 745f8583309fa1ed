//! Entry names: what makes one unsafe, and when two are one to some program.

use std::borrow::Cow;

/// What is unsafe about a name in its normal form, if anything.
pub(super) fn danger(key: &str) -> Option<&'static str> {
    let mut start = key.bytes();
    let drive = start
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && start.next() == Some(b':');
    let path = key.strip_suffix('/').unwrap_or(key);
    if key.is_empty() {
        Some("empty name")
    } else if key.starts_with('/') {
        Some("absolute name")
    } else if drive {
        Some("name with a drive letter")
    } else if key.bytes().any(|byte| byte < 0x20 || byte == 0x7F) {
        Some("control character in a name")
    } else if path.split('/').any(|segment| segment == "..") {
        Some("name that leaves its folder")
    } else if path.split('/').any(is_nothing) {
        Some("name with an empty or dot segment")
    } else if key.contains("%2f") || key.contains("%5c") {
        Some("escaped separator in a name")
    } else {
        None
    }
}

/// Whether a segment is empty, or dots and spaces that some programs drop.
fn is_nothing(segment: &str) -> bool {
    segment.trim_matches(['.', ' ']).is_empty()
}

/// The name as the least exact program compares it: without case, whatever the script, without the dots and
/// spaces that Windows drops from the ends of segments, and a folder like a file.
pub(super) fn loose(raw: &[u8], key: &str) -> String {
    // Bytes that are not UTF-8 become one and the same character in many programs.
    let decoded = match std::str::from_utf8(raw) {
        Ok(_) => Cow::Borrowed(key),
        Err(_) => Cow::Owned(
            String::from_utf8_lossy(raw)
                .replace('\\', "/")
                .to_ascii_lowercase(),
        ),
    };
    let path = decoded.trim_matches('/');
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| segment.trim_end_matches(['.', ' ']))
        .collect();
    let joined = segments.join("/");
    if joined.is_ascii() {
        joined
    } else {
        let upper = joined.chars().flat_map(char::to_uppercase);
        upper.flat_map(char::to_lowercase).collect()
    }
}

/// What the host attributes say the entry is, beside a file or folder.
pub(super) fn special(external_attributes: u32) -> Option<&'static str> {
    match (external_attributes >> 16) & TYPE_MASK {
        0o120_000 => Some("a symbolic link"),
        0o010_000 | 0o020_000 | 0o060_000 | 0o140_000 => Some("a device, pipe or socket"),
        _ => None,
    }
}

/// Whether the attributes of a host of the Unix kind give a type that no file has. Some programs leave such an
/// entry out.
pub(super) fn is_of_unknown_type(external_attributes: u32) -> bool {
    !matches!(
        (external_attributes >> 16) & TYPE_MASK,
        0 | 0o040_000 | 0o100_000
    )
}

/// Whether the host attributes say "folder", in the way of DOS or of Unix. Some programs look at either,
/// whatever host wrote them.
pub(super) fn is_folder_by_attributes(external_attributes: u32) -> bool {
    const DOS_FOLDER: u32 = 0x10;
    external_attributes & DOS_FOLDER != 0 || (external_attributes >> 16) & TYPE_MASK == 0o040_000
}

/// Where Unix keeps the type of a file in its mode.
const TYPE_MASK: u32 = 0o170_000;
