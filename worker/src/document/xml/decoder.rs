//! From the bytes of a part to UTF-8.

use crate::document::archive::Body;
use crate::document::reason::Reason;
use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;

/// How much is read at once.
pub(super) const CHUNK_BYTES: usize = 64 * 1024;

/// How the characters of a part are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A reader of a part as UTF-8, without its byte order mark. Sequences that are not valid UTF-8 are left to
/// whoever reads text from it.
pub(in crate::document) struct Decoder<'d, 'b, 'w> {
    body: &'d mut Body<'b, 'w>,
    chunk: Vec<u8>,
    /// What was read to find out the encoding, until it is given on.
    head: Vec<u8>,
    form: Form,
    /// Bytes of UTF-16 that were not decoded yet.
    raw: Vec<u8>,
}

impl<'d, 'b, 'w> Decoder<'d, 'b, 'w> {
    /// Starts decoding: reads the first bytes and finds out the encoding.
    pub(in crate::document) fn new(body: &'d mut Body<'b, 'w>) -> Result<Self, Stop> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut head = Vec::new();
        while head.len() < 4 && read_more(body, &mut chunk, &mut head)? {}
        let (form, mark) = detect(&head)?;
        head.drain(..mark);
        Ok(Self {
            body,
            chunk,
            head,
            form,
            raw: Vec::new(),
        })
    }

    /// Whether the part begins with these bytes, of which there are no more than four.
    pub(in crate::document) fn begins_with(&self, bytes: &[u8]) -> bool {
        self.form == Form::Utf8 && self.head.starts_with(bytes)
    }

    /// Gives each piece of text to `sink`, until it objects.
    pub(in crate::document) fn for_each(
        mut self,
        mut sink: impl FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut piece = Vec::new();
        while self.read(&mut piece)? {
            sink(&piece)?;
            piece.clear();
        }
        if self.is_cut_off() {
            return Err(malformed("character cut off"));
        }
        Ok(())
    }

    /// Whether the part ended inside a character, once it was read to its end.
    pub(super) fn is_cut_off(&self) -> bool {
        !self.raw.is_empty()
    }

    /// What the inspection has done so far.
    pub(super) fn steps(&self) -> &'w Steps {
        self.body.steps()
    }

    /// How the part is written.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// Appends a piece, no longer than a chunk, to `text`; answers whether there was one.
    pub(super) fn read(&mut self, text: &mut Vec<u8>) -> Result<bool, Stop> {
        let before = text.len();
        if self.form == Form::Utf8 {
            if self.head.is_empty() {
                read_more(self.body, &mut self.chunk, text)?;
            } else {
                text.append(&mut self.head);
            }
            let count = text.len() - before;
            self.steps().count(Step::Text, count)?;
            return Ok(count > 0);
        }
        self.raw.append(&mut self.head);
        loop {
            let used = transcode(&self.raw, self.form, text)?;
            self.raw.drain(..used);
            let count = text.len() - before;
            // Decoding costs as much again.
            self.steps().count(Step::Text, 3 * count)?;
            if count > 0 {
                return Ok(true);
            }
            if !read_more(self.body, &mut self.chunk, &mut self.raw)? {
                return Ok(false);
            }
        }
    }
}

/// Appends the next bytes of the part to `bytes`; answers whether there were any.
fn read_more(body: &mut Body<'_, '_>, chunk: &mut [u8], bytes: &mut Vec<u8>) -> Result<bool, Stop> {
    let count = body.read(chunk)?;
    bytes.extend_from_slice(&chunk[..count]);
    Ok(count > 0)
}

/// The encoding by the first bytes, as in appendix F of XML 1.0, and the length of the byte order mark.
fn detect(head: &[u8]) -> Result<(Form, usize), Stop> {
    match head {
        [0xFF, 0xFE, 0, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..]
        | [0, 0, 0, b'<', ..]
        | [b'<', 0, 0, 0, ..] => Err(Stop::reject(Reason::XmlEncoding, "UTF-32")),
        [0x4C, 0x6F, 0xA7, 0x94, ..] => Err(Stop::reject(Reason::XmlEncoding, "EBCDIC")),
        [0xEF, 0xBB, 0xBF, ..] => Ok((Form::Utf8, 3)),
        [0xFF, 0xFE, ..] => Ok((Form::Utf16Le, 2)),
        [0xFE, 0xFF, ..] => Ok((Form::Utf16Be, 2)),
        [b'<', 0, _, _, ..] => Ok((Form::Utf16Le, 0)),
        [0, b'<', _, _, ..] => Ok((Form::Utf16Be, 0)),
        _ => Ok((Form::Utf8, 0)),
    }
}

/// Appends the UTF-16 in `bytes` to `text`; returns how many bytes were used. A character that may be
/// continued by the next chunk is left.
fn transcode(bytes: &[u8], form: Form, text: &mut Vec<u8>) -> Result<usize, Stop> {
    let unit = |pair: &[u8]| match form {
        Form::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    };
    let mut used = bytes.len() - bytes.len() % 2;
    if used >= 2 && matches!(unit(&bytes[used - 2..used]), 0xD800..=0xDBFF) {
        used -= 2;
    }
    for decoded in char::decode_utf16(bytes[..used].chunks_exact(2).map(unit)) {
        let c = decoded.map_err(|_| malformed("invalid UTF-16"))?;
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(used)
}

fn malformed(detail: &str) -> Stop {
    Stop::reject(Reason::XmlMalformed, detail)
}
