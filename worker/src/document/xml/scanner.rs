//! The one reader of XML.

use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::Stop;

use super::attributes::Span;
use super::decoder::Decoder;
use super::namespaces::Namespaces;
use super::position::{Position, document_type};
use super::visitor::Visitor;

/// Reads parts one after the other, keeping its buffers.
#[derive(Default)]
pub(in crate::document) struct Scanner {
    namespaces: Namespaces,
    spans: Vec<Span>,
    token: Vec<u8>,
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
        self.token.shrink_to(1024 * 1024);
        let mut position = Position::new(
            &mut self.namespaces,
            &mut self.spans,
            limits,
            decoder.form(),
        );
        let mut reader = Reader::from_reader(decoder);
        reader.config_mut().enable_all_checks(true);
        loop {
            reader.get_mut().begin_token();
            self.token.clear();
            match reader.read_event_into(&mut self.token) {
                Ok(Event::Eof) => return position.check_end(),
                Ok(event) => position.take(&event, visitor)?,
                Err(error) => {
                    let at = reader.error_position();
                    let early_end = reader.get_mut().take_stop();
                    return Err(early_end.unwrap_or_else(|| stop(&error, at)));
                }
            }
        }
    }
}

/// What an error of the reader means.
fn stop(error: &Error, at: u64) -> Stop {
    match error {
        Error::Syntax(SyntaxError::UnclosedDoctype)
        | Error::IllFormed(IllFormedError::MissingDoctypeName) => document_type(),
        _ => Stop::reject(Reason::XmlMalformed, format!("{error} at byte {at}")),
    }
}
