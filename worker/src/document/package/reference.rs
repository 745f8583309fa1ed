//! Where a reference out of the package leads: this computer or another.

use std::borrow::Cow;

use crate::document::part_name;

/// The longest name of a host.
const MAX_HOST_BYTES: usize = 253;

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

/// Whether a source named in a field, connection or page is a URL or share on another computer.
pub(in crate::document) fn remote_host(source: &str) -> Option<String> {
    match classify(source) {
        Reference::Remote { host } if names_scheme(source) => Some(host),
        _ => None,
    }
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

/// The target percent-decoded, with `/` as the only separator and without what parsers of URLs drop: tabs and
/// line ends anywhere, at the ends also white space, control characters and those without width.
fn normal(target: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'%' && byte != b'\\';
    if target.bytes().all(plain) {
        return Cow::Borrowed(target);
    }
    let decoded = part_name::percent_decode(target.as_bytes());
    let text = String::from_utf8_lossy(&decoded);
    let mut text = text.replace(['\t', '\n', '\r'], "").replace('\\', "/");
    for separator in ["%2f", "%2F", "%5c", "%5C"] {
        if text.contains(separator) {
            text = text.replace(separator, "/");
        }
    }
    Cow::Owned(text.trim_matches(is_dropped).to_owned())
}

fn is_dropped(c: char) -> bool {
    c.is_whitespace() || part_name::is_unseen(c)
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

/// The folder that Word for Mac begins its four-slash paths with.
fn is_home(path: &str) -> bool {
    path.starts_with("Users/")
}

fn remote(rest: &str) -> Reference {
    let host = shown_host(host_of(rest)).unwrap_or_else(|| "an unnamed place".to_owned());
    Reference::Remote { host }
}

/// A host's name as people may be shown it: letters, digits, dots and hyphens, in Punycode where it takes
/// more. Anything else is text that someone wants to be read.
fn shown_host(host: &str) -> Option<String> {
    let ascii = match url::Host::parse(host).ok()? {
        url::Host::Domain(domain) => domain,
        address => address.to_string(),
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (!ascii.is_empty() && ascii.len() <= MAX_HOST_BYTES && ascii.bytes().all(allowed))
        .then_some(ascii)
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
