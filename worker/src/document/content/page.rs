//! Web pages: sources in them that lie on a share or on the reader's own disk.

use crate::document::package::remote_host;

/// How much of a value is looked at.
const MAX_VALUE_BYTES: usize = 512;

/// Reads a page, which comes in pieces.
///
/// Whatever stands behind `=`, a quote or a parenthesis is taken for a value, so that no trick with quotes
/// hides one.
#[derive(Default)]
pub(super) struct Page {
    value: Vec<u8>,
    /// Whether a value is being read, or may begin.
    in_value: bool,
    may_begin: bool,
    share: Option<String>,
}

impl Page {
    /// Reads the next piece.
    pub(super) fn read(&mut self, piece: &[u8]) {
        for &byte in piece.iter().filter(|&&byte| byte != 0) {
            let space = byte.is_ascii_whitespace();
            match byte {
                b'=' | b'"' | b'\'' | b'(' | b'>' | b')' => {
                    self.end();
                    self.may_begin = !matches!(byte, b'>' | b')');
                }
                _ if space && self.in_value => self.end(),
                _ if space => {}
                _ if self.in_value || self.may_begin => {
                    self.in_value = true;
                    self.may_begin = false;
                    if self.value.len() < MAX_VALUE_BYTES {
                        self.value.push(byte);
                    }
                }
                _ => {}
            }
        }
    }

    /// The share that something on the page comes from.
    pub(super) fn share(mut self) -> Option<String> {
        self.end();
        self.share
    }

    fn end(&mut self) {
        if self.in_value && self.share.is_none() {
            self.share = share_of(&String::from_utf8_lossy(&self.value));
        }
        self.in_value = false;
        self.value.clear();
    }
}

/// The host of a share or file that a value names.
fn share_of(value: &str) -> Option<String> {
    let decoded = decode(value);
    let text = decoded.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let start = text.get(..5).unwrap_or_default();
    let share = text.starts_with("\\\\") || start.eq_ignore_ascii_case("file:");
    share.then(|| remote_host(text).unwrap_or_else(|| "the reader's own disk".to_owned()))
}

/// The value with its character references resolved, as far as they may spell an address.
fn decode(value: &str) -> String {
    let mut pieces = value.split('&');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let length = piece.find(|c: char| c != '#' && !c.is_ascii_alphanumeric());
        let (name, rest) = piece.split_at(length.unwrap_or(piece.len()));
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let code = match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(hex) => number(hex, 16),
                None => number(digits, 10),
            },
            None => match name {
                "bsol" => Some(u32::from(b'\\')),
                "sol" => Some(u32::from(b'/')),
                "colon" => Some(u32::from(b':')),
                _ => None,
            },
        };
        match code.and_then(char::from_u32) {
            Some(c) => text.push(c),
            None => text.push_str(name),
        }
        text.push_str(rest.strip_prefix(';').unwrap_or(rest));
    }
    text
}
