//! Entry names: what makes one unsafe.

/// What is unsafe about a name in its normal form, if anything.
pub(super) fn danger(key: &str) -> Option<&'static str> {
    let mut start = key.bytes();
    let drive = start
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && start.next() == Some(b':');
    if key.is_empty() {
        Some("empty name")
    } else if key.starts_with('/') {
        Some("absolute name")
    } else if drive {
        Some("name with a drive letter")
    } else if key.bytes().any(|byte| byte < 0x20 || byte == 0x7F) {
        Some("control character in a name")
    } else if key.split('/').any(|segment| segment == "..") {
        Some("name that leaves its folder")
    } else {
        None
    }
}

/// Whether the host attributes say "symbolic link" in the Unix way.
pub(super) fn is_symlink(external_attributes: u32) -> bool {
    const TYPE_MASK: u32 = 0o170_000;
    const SYMLINK: u32 = 0o120_000;
    (external_attributes >> 16) & TYPE_MASK == SYMLINK
}
