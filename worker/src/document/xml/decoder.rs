//! From the bytes of a part to UTF-8.

use std::io::{self, BufRead, Read};

use crate::document::archive::Body;
use crate::document::reason::Reason;
use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;

const CHUNK_BYTES: usize = 32 * 1024;

/// How the characters of a part are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A buffered reader of a part as UTF-8, without its byte order mark. Sequences that are not valid UTF-8 are
/// left to whoever reads text from it.
///
/// It also bounds the token being read: a reader that asks for more than the limit without calling
/// [`Decoder::begin_token`] is cut off.
pub(in crate::document) struct Decoder<'d, 'b, 'w> {
    body: &'d mut Body<'b, 'w>,
    raw: Vec<u8>,
    text: Vec<u8>,
    position: usize,
    form: Form,
    /// Bytes of a character cut off by the end of a chunk.
    carry: Vec<u8>,
    token_bytes: usize,
    token_limit: usize,
    stop: Option<Stop>,
}

impl<'d, 'b, 'w> Decoder<'d, 'b, 'w> {
    /// Starts decoding: reads the first chunk and finds out the encoding.
    pub(in crate::document) fn new(
        body: &'d mut Body<'b, 'w>,
        token_limit: usize,
    ) -> Result<Self, Stop> {
        let mut head = vec![0; CHUNK_BYTES];
        let mut filled = 0;
        while filled < 4 {
            match body.read(&mut head[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        let (form, mark) = detect(&head[..filled])?;
        let mut decoder = Self {
            body,
            raw: Vec::new(),
            text: Vec::new(),
            position: 0,
            form,
            carry: Vec::new(),
            token_bytes: 0,
            token_limit,
            stop: None,
        };
        decoder.raw = head;
        decoder.accept(mark, filled)?;
        Ok(decoder)
    }

    /// Whether the part begins with these bytes, of which there are no more than four.
    pub(in crate::document) fn begins_with(&self, bytes: &[u8]) -> bool {
        self.form == Form::Utf8 && self.text.starts_with(bytes)
    }

    /// Gives each piece of text to `sink`, until it objects.
    pub(in crate::document) fn for_each(
        mut self,
        mut sink: impl FnMut(&[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        loop {
            self.begin_token();
            if self.position >= self.text.len() {
                self.refill()?;
            }
            if self.position >= self.text.len() {
                return Ok(());
            }
            sink(&self.text[self.position..])?;
            self.position = self.text.len();
        }
    }

    /// What the inspection has done so far.
    pub(super) fn steps(&self) -> &'w Steps {
        self.body.steps()
    }

    /// How the part is written.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// Starts counting a new token.
    pub(super) fn begin_token(&mut self) {
        self.token_bytes = 0;
    }

    /// Why reading ended early, if it did.
    pub(super) fn take_stop(&mut self) -> Option<Stop> {
        self.stop.take()
    }

    /// Makes `raw[from..to]` the text to read next.
    fn accept(&mut self, from: usize, to: usize) -> Result<(), Stop> {
        self.position = 0;
        if self.form == Form::Utf8 {
            std::mem::swap(&mut self.raw, &mut self.text);
            self.text.truncate(to);
            self.position = from;
            return self.steps().count(Step::Text, to);
        }
        self.text.clear();
        self.carry.extend_from_slice(&self.raw[from..to]);
        let used = transcode(&self.carry, self.form, &mut self.text)?;
        self.carry.drain(..used);
        // Decoding costs as much again.
        self.steps().count(Step::Text, 3 * self.text.len())
    }

    /// Reads chunks until there is text or the part ends.
    fn refill(&mut self) -> Result<(), Stop> {
        if self.token_bytes > self.token_limit {
            return Err(Stop::reject(Reason::XmlLimits, "token too long"));
        }
        while self.position >= self.text.len() {
            self.raw.resize(CHUNK_BYTES, 0);
            let count = self.body.read(&mut self.raw)?;
            if count == 0 {
                self.text.clear();
                self.position = 0;
                return if self.carry.is_empty() {
                    Ok(())
                } else {
                    Err(malformed("character cut off"))
                };
            }
            self.accept(0, count)?;
        }
        Ok(())
    }
}

impl BufRead for Decoder<'_, '_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position >= self.text.len()
            && let Err(stop) = self.refill()
        {
            self.stop = Some(stop);
            return Err(io::Error::other("stopped"));
        }
        Ok(&self.text[self.position..])
    }

    fn consume(&mut self, amount: usize) {
        self.position += amount;
        self.token_bytes += amount;
    }
}

impl Read for Decoder<'_, '_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
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
