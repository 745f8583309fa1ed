//! The one reader of XML.

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::Stop;

use super::attributes::Span;
use super::decoder::Decoder;
use super::fault::{Fault, Halt};
use super::namespaces::Namespaces;
use super::position::Position;
use super::text::Text;
use super::visitor::Visitor;

/// Reads parts one after the other, keeping its tables.
#[derive(Default)]
pub(in crate::document) struct Scanner {
    namespaces: Namespaces,
    spans: Vec<Span>,
}

impl Scanner {
    /// Reads one part to its end, telling the visitor what it contains.
    ///
    /// Ends early at the first thing that is wrong, by the part or by the visitor.
    pub(in crate::document) fn scan(
        &mut self,
        decoder: Decoder<'_, '_, '_>,
        limits: &Limits,
        visitor: &mut impl Visitor,
    ) -> Result<(), Stop> {
        let mut position = Position::new(
            &mut self.namespaces,
            &mut self.spans,
            limits,
            decoder.steps(),
            decoder.form(),
        );
        let mut text = Text::new(decoder, limits.xml_token_bytes);
        loop {
            let (rest, is_last) = (text.rest(), text.is_last());
            match position.read(rest, is_last, visitor) {
                Ok(length) => text.advance(length),
                Err(Halt::Fault(Fault::Cut)) if !is_last => text.more()?,
                Err(Halt::Fault(Fault::Cut)) if rest.is_empty() => return position.check_end(),
                Err(Halt::Fault(fault)) => return Err(stop(fault, text.offset())),
                Err(Halt::Stop(stop)) => return Err(stop),
            }
        }
    }
}

/// What a fault in the token at `offset` means.
fn stop(fault: Fault, offset: u64) -> Stop {
    let (reason, detail) = match fault {
        Fault::Cut => (Reason::XmlMalformed, "ends inside what begins"),
        Fault::Malformed(detail) => (Reason::XmlMalformed, detail),
        Fault::Limit(detail) => (Reason::XmlLimits, detail),
    };
    Stop::reject(reason, format!("{detail} at byte {offset}"))
}
