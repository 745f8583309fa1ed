//! The text of a part, in a window that moves over it.

use crate::document::reason::Reason;
use crate::document::stop::Stop;

use super::decoder::{CHUNK_BYTES, Decoder};

/// A part's text, of which the next tokens are at hand.
///
/// What a token needs is held in one piece, so that it can be read where it lies; a token that does not end
/// within the limit is refused.
pub(super) struct Text<'d, 'b, 'w> {
    decoder: Decoder<'d, 'b, 'w>,
    /// Bytes that are not in the window yet: at most one character, cut off.
    bytes: Vec<u8>,
    window: String,
    /// Where the next token begins in the window.
    position: usize,
    /// How long the text before the window is.
    passed: u64,
    token_limit: usize,
    is_last: bool,
    /// What reading on will end with.
    failure: Option<Stop>,
}

impl<'d, 'b, 'w> Text<'d, 'b, 'w> {
    pub(super) fn new(decoder: Decoder<'d, 'b, 'w>, token_limit: usize) -> Self {
        Self {
            decoder,
            bytes: Vec::new(),
            window: String::new(),
            position: 0,
            passed: 0,
            token_limit,
            is_last: false,
            failure: None,
        }
    }

    /// The text at hand, from the next token on.
    pub(super) fn rest(&self) -> &str {
        &self.window[self.position..]
    }

    /// Whether the part ends with what is at hand.
    pub(super) fn is_last(&self) -> bool {
        self.is_last && self.failure.is_none()
    }

    /// Passes over a token.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.position += bytes;
    }

    /// How much text there is before the next token.
    pub(super) fn offset(&self) -> u64 {
        self.passed + self.position as u64
    }

    /// Gets more text, or fails where that cannot be had; what came before it was read first. Where a token
    /// is long it gets so much more that reading it anew each time costs little.
    pub(super) fn more(&mut self) -> Result<(), Stop> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        self.passed = self.offset();
        self.window.drain(..self.position);
        self.position = 0;
        if self.window.len() > self.token_limit {
            return Err(Stop::reject(Reason::XmlLimits, "token too long"));
        }
        let growth = (self.window.len() / 2).max(CHUNK_BYTES);
        let wanted = (self.window.len() + growth).min(self.token_limit.saturating_add(CHUNK_BYTES));
        let room = wanted + CHUNK_BYTES - self.window.len();
        self.window.reserve_exact(room);
        while self.window.len() < wanted && !self.is_last && self.failure.is_none() {
            self.is_last = !self.decoder.read(&mut self.bytes)?;
            self.accept();
        }
        Ok(())
    }

    /// Takes what is valid into the window.
    fn accept(&mut self) {
        let whole = match self.is_last {
            true => self.bytes.len(),
            false => self.bytes.len() - cut_off(&self.bytes),
        };
        let valid = match std::str::from_utf8(&self.bytes[..whole]) {
            Ok(text) => text,
            Err(error) => {
                let failure = Stop::reject(Reason::XmlMalformed, "invalid UTF-8");
                self.failure = Some(failure);
                std::str::from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or_default()
            }
        };
        self.window.push_str(valid);
        self.bytes.drain(..whole);
        if self.is_last && self.decoder.is_cut_off() {
            let failure = Stop::reject(Reason::XmlMalformed, "character cut off");
            self.failure = Some(failure);
        }
    }
}

/// How many bytes at the end begin a character that goes on behind them.
fn cut_off(bytes: &[u8]) -> usize {
    let follows = |byte: &u8| byte & 0xC0 == 0x80;
    let lead = bytes.iter().rposition(|byte| !follows(byte)).unwrap_or(0);
    let length = match bytes.get(lead) {
        Some(0xF0..) => 4,
        Some(0xE0..) => 3,
        Some(0xC0..) => 2,
        _ => 1,
    };
    let have = bytes.len() - lead;
    if have < length { have } else { 0 }
}
