//! Document types and entities in markup that is not read as XML.

use crate::document::reason::Reason;
use crate::document::stop::Stop;

const SIGNS: [&[u8]; 2] = [b"<!doctype", b"<!entity"];
const OVERLAP_BYTES: usize = 8;

/// Looks for a declaration in a text that comes in pieces.
#[derive(Default)]
pub(super) struct DeclarationSearch {
    tail: Vec<u8>,
}

impl DeclarationSearch {
    /// Looks at the next piece.
    pub(super) fn look(&mut self, piece: &[u8]) -> Result<(), Stop> {
        self.tail
            .extend_from_slice(&piece[..piece.len().min(OVERLAP_BYTES)]);
        if contains_sign(&self.tail) || contains_sign(piece) {
            return Err(Stop::reject(
                Reason::XmlDtd,
                "document type or entity in a drawing",
            ));
        }
        if piece.len() > OVERLAP_BYTES {
            self.tail.clear();
            self.tail
                .extend_from_slice(&piece[piece.len() - OVERLAP_BYTES..]);
        } else {
            self.tail
                .drain(..self.tail.len().saturating_sub(OVERLAP_BYTES));
        }
        Ok(())
    }
}

fn contains_sign(text: &[u8]) -> bool {
    let mut places = text
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| *pair == b"<!");
    places.any(|(at, _)| {
        SIGNS.iter().any(|sign| {
            text[at..]
                .get(..sign.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(sign))
        })
    })
}
