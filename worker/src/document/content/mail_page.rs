//! Web pages in the form of a mail (MHT), whose text may be written in one of two encodings.
//!
//! All of it is read as it stands and in either encoding, whatever the headers say, so that no trick with them
//! hides a value.

use super::page::Page;

/// How much of what Base64 stands for decides whether it is text.
const HEAD_BYTES: usize = 48;

/// Reads such a page, which comes in pieces.
#[derive(Default)]
pub(super) struct MailPage {
    plain: Page,
    quoted: QuotedPrintable,
    encoded: Base64,
}

impl MailPage {
    /// Whether a text begins as a mail does: with a name and a colon.
    pub(super) fn begins_with(head: &[u8]) -> bool {
        let length = head.iter().position(|&byte| byte == b':').unwrap_or(0);
        let name = &head[..length];
        !name.is_empty()
            && name
                .iter()
                .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }

    /// Reads the next piece.
    pub(super) fn read(&mut self, piece: &[u8]) {
        self.plain.read(piece);
        for &byte in piece {
            self.quoted.take(byte);
            self.encoded.take(byte);
        }
    }

    /// The share that something on the page comes from.
    pub(super) fn share(mut self) -> Option<String> {
        self.encoded.end();
        let pages = [self.plain, self.quoted.page, self.encoded.page];
        pages.into_iter().find_map(Page::share)
    }
}

/// `=` and two digits stand for a byte, `=` at the end of a line for nothing.
#[derive(Default)]
struct QuotedPrintable {
    page: Page,
    /// What was read since an `=`.
    escape: Option<Vec<u8>>,
}

impl QuotedPrintable {
    fn take(&mut self, byte: u8) {
        let Some(mut escape) = self.escape.take() else {
            match byte {
                b'=' => self.escape = Some(Vec::new()),
                _ => self.page.read(&[byte]),
            }
            return;
        };
        let digits: String = escape
            .iter()
            .copied()
            .chain([byte])
            .map(char::from)
            .collect();
        match (byte, digits.len()) {
            (b'\n', 1) => {}
            (b' ' | b'\t' | b'\r', 1) => self.escape = Some(escape),
            (_, 1) if byte.is_ascii_hexdigit() => {
                escape.push(byte);
                self.escape = Some(escape);
            }
            (_, 2) if byte.is_ascii_hexdigit() => {
                self.page
                    .read(&[u8::from_str_radix(&digits, 16).unwrap_or(b'=')]);
            }
            _ => {
                self.page.read(b"=");
                self.page.read(digits.as_bytes());
            }
        }
    }
}

/// Four characters stand for three bytes, wherever lines end.
#[derive(Default)]
struct Base64 {
    page: Page,
    group: u32,
    count: u32,
    /// What a run of characters begins with, until it shows whether the run is text.
    head: Vec<u8>,
    is_text: Option<bool>,
    /// Whether the line is empty so far.
    at_line_start: bool,
}

impl Base64 {
    fn take(&mut self, byte: u8) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\n' => {
                // Headers end with an empty line.
                if self.at_line_start && self.is_text != Some(true) {
                    self.end();
                }
                self.at_line_start = true;
                return;
            }
            b'=' | b' ' | b'\t' | b'\r' => return,
            _ => return self.end(),
        };
        self.at_line_start = false;
        self.group = self.group << 6 | u32::from(value);
        self.count += 1;
        if self.count == 4 {
            let [_, bytes @ ..] = self.group.to_be_bytes();
            (self.group, self.count) = (0, 0);
            self.bytes(&bytes);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        match self.is_text {
            Some(true) => self.page.read(bytes),
            Some(false) => {}
            None => {
                self.head.extend_from_slice(bytes);
                if self.head.len() >= HEAD_BYTES {
                    self.decide();
                }
            }
        }
    }

    /// Pictures would hold a share by chance.
    fn decide(&mut self) {
        let head = std::mem::take(&mut self.head);
        let is_text = head
            .iter()
            .all(|&byte| byte >= b' ' || byte.is_ascii_whitespace() || byte == 0);
        if is_text {
            self.page.read(&head);
        }
        self.is_text = Some(is_text);
    }

    /// A run of characters ends.
    fn end(&mut self) {
        if self.is_text.is_none() {
            self.decide();
        }
        (self.group, self.count) = (0, 0);
        self.is_text = None;
        self.at_line_start = false;
    }
}
