//! Where a reference out of the package leads: this computer or another.

use crate::document::part_name;

/// Where a target outside the package is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// A file on the reader's own computer.
    Local,
    /// Another computer.
    Remote {
        /// Its name as far as the reference gives one.
        host: String,
    },
}

impl Reference {
    /// The other computer's name, empty for none.
    pub(super) fn host(&self) -> &str {
        match self {
            Self::Local => "",
            Self::Remote { host } => host,
        }
    }
}

/// Whether a target is a URL with an authority, such as `https://…`, or names a network share.
pub(super) fn names_scheme(target: &str) -> bool {
    let text = normal(target);
    text.starts_with("//") || split_scheme(&text).is_some_and(|(_, rest)| rest.starts_with("//"))
}

/// Classifies a target, seeing through percent-encoding, white space and backslashes.
pub(super) fn classify(target: &str) -> Reference {
    let text = normal(target);
    match split_scheme(&text) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => classify_file(rest),
        Some((_, rest)) => remote(rest.trim_start_matches('/')),
        None if text.starts_with("//") => remote(text.trim_start_matches('/')),
        None => Reference::Local,
    }
}

/// The target percent-decoded, trimmed, with `/` as the only separator.
fn normal(target: &str) -> String {
    let decoded = part_name::percent_decode(target.as_bytes());
    let text = String::from_utf8_lossy(&decoded);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    text.replace('\\', "/")
        .replace("%2f", "/")
        .replace("%2F", "/")
        .replace("%5c", "/")
        .replace("%5C", "/")
}

/// Splits `scheme:rest`. A single letter is a drive, not a scheme.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let named = bytes.next()?.is_ascii_alphabetic()
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (named && scheme.len() > 1).then_some((scheme, rest))
}

/// Classifies what follows `file:`. Up to one slash and exactly three stand before a path on this computer,
/// two before a host, and four or more before a host unless what follows can only be a local path.
fn classify_file(rest: &str) -> Reference {
    let path = rest.trim_start_matches('/');
    let slashes = rest.len() - path.len();
    let local = match slashes {
        0 | 1 | 3 => true,
        2 => is_drive(path) || path.is_empty() || host_of(path).eq_ignore_ascii_case("localhost"),
        _ => is_drive(path) || is_home(path),
    };
    if local {
        Reference::Local
    } else {
        remote(path)
    }
}

fn is_drive(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && matches!(bytes.next(), Some(b':' | b'|'))
}

/// The folders that Word for Mac begins its four-slash paths with.
fn is_home(path: &str) -> bool {
    [
        "Users/",
        "Volumes/",
        "Applications/",
        "Library/",
        "private/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
}

fn remote(rest: &str) -> Reference {
    let host: String = host_of(rest)
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    Reference::Remote {
        host: if host.is_empty() {
            "an unnamed place".to_owned()
        } else {
            host
        },
    }
}

/// The host at the beginning of `rest`; where another URL follows (`mhtml:http://…`), that one's.
fn host_of(rest: &str) -> &str {
    let rest = match split_scheme(rest) {
        Some((_, inner)) if inner.starts_with("//") => inner.trim_start_matches('/'),
        _ => rest,
    };
    let authority = rest.split(['/', '?', '#', '!']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}
