//! The one reader of XML.

use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::Stop;

use super::attributes::{self, Refusal};
use super::characters::{has_illegal, is_space};
use super::decoder::{Decoder, Form};
use super::namespaces::{self, Namespaces};
use super::visitor::{Attribute, Element, Visitor};
use super::{declaration, names, references};

/// The longest name of an element: the reader keeps those of all open elements.
const MAX_NAME_BYTES: usize = 4 * 1024;

/// Reads parts one after the other, keeping its buffers.
#[derive(Default)]
pub(in crate::document) struct Scanner {
    namespaces: Namespaces,
    token: Vec<u8>,
}

/// Where in a part the scanner is.
struct Place<'s> {
    namespaces: &'s mut Namespaces,
    limits: &'s Limits,
    form: Form,
    depth: usize,
    elements: u64,
    seen_anything: bool,
    seen_root: bool,
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
        let mut place = Place::new(&mut self.namespaces, limits, decoder.form());
        let mut reader = Reader::from_reader(decoder);
        reader.config_mut().enable_all_checks(true);
        loop {
            reader.get_mut().begin_token();
            self.token.clear();
            match reader.read_event_into(&mut self.token) {
                Ok(Event::Eof) => return place.check_end(),
                Ok(Event::Start(tag)) => place.open(&tag, visitor)?,
                Ok(Event::Empty(tag)) => {
                    place.open(&tag, visitor)?;
                    place.close(visitor);
                }
                Ok(Event::End(_)) => place.close(visitor),
                Ok(event) => match place.other(&event)? {
                    Content::Text(text) => visitor.text(text),
                    Content::Character(c) => visitor.text(c.encode_utf8(&mut [0; 4])),
                    Content::Nothing => {}
                },
                Err(error) => {
                    let at = reader.error_position();
                    return Err(reader
                        .get_mut()
                        .take_stop()
                        .unwrap_or_else(|| stop(&error, at)));
                }
            }
            place.seen_anything = true;
        }
    }
}

/// What an event other than a tag adds to the content.
enum Content<'e> {
    Text(&'e str),
    Character(char),
    Nothing,
}

impl<'s> Place<'s> {
    fn new(namespaces: &'s mut Namespaces, limits: &'s Limits, form: Form) -> Self {
        namespaces.clear();
        Self {
            namespaces,
            limits,
            form,
            depth: 0,
            elements: 0,
            seen_anything: false,
            seen_root: false,
        }
    }

    /// An element begins.
    fn open(&mut self, tag: &BytesStart<'_>, visitor: &mut impl Visitor) -> Result<(), Stop> {
        if self.depth == 0 && self.seen_root {
            return Err(malformed("second root element"));
        }
        self.seen_root = true;
        self.elements += 1;
        self.depth += 1;
        let name = tag.name().into_inner();
        if self.depth > self.limits.xml_depth || self.elements > self.limits.xml_elements {
            return Err(limit("elements too deep or too many"));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(limit("name of an element too long"));
        }
        let (prefix, local) = names::split(name).ok_or_else(|| malformed("element name"))?;
        let attributes = self.read_attributes(tag.attributes_raw())?;
        let namespace = self
            .namespaces
            .resolve(prefix)
            .ok_or_else(|| malformed("undeclared prefix"))?;
        visitor.start(&Element {
            namespace,
            local,
            depth: self.depth,
            attributes: &attributes,
        })
    }

    /// Reads the attributes of a tag and takes the namespace declarations out of them.
    fn read_attributes<'a>(&mut self, raw: &'a str) -> Result<Vec<Attribute<'a>>, Stop> {
        let mut found = Vec::new();
        if raw.is_empty() {
            return Ok(found);
        }
        attributes::read(raw, self.limits.xml_attributes, &mut found).map_err(|refusal| {
            match refusal {
                Refusal::Malformed(detail) => malformed(detail),
                Refusal::TooMany => limit("too many attributes"),
            }
        })?;
        self.namespaces
            .enter(&found, self.depth)
            .map_err(|refusal| match refusal {
                namespaces::Refusal::Reserved => malformed("namespace declaration"),
                namespaces::Refusal::TooMuch => limit("too many namespace declarations"),
            })?;
        attributes::check_unique(&found, self.namespaces).map_err(malformed)?;
        found.retain(|attribute| !attribute.is_declaration());
        Ok(found)
    }

    /// The innermost element ends; the reader compared the names.
    fn close(&mut self, visitor: &mut impl Visitor) {
        self.namespaces.leave(self.depth);
        self.depth = self.depth.saturating_sub(1);
        visitor.end();
    }

    /// Everything but tags.
    fn other<'e>(&self, event: &'e Event<'_>) -> Result<Content<'e>, Stop> {
        match event {
            Event::Text(text) if self.depth == 0 && text.bytes().all(is_space) => {
                Ok(Content::Nothing)
            }
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if self.depth == 0 => {
                Err(malformed("text outside the root element"))
            }
            Event::Text(text) if text.contains("]]>") => {
                Err(malformed("end of a CDATA section in text"))
            }
            Event::Text(text) => legal(text).map(|()| Content::Text(text)),
            Event::CData(text) => legal(text).map(|()| Content::Text(text)),
            Event::GeneralRef(name) => references::resolve(name)
                .map(Content::Character)
                .ok_or_else(|| malformed("reference")),
            Event::Comment(text) => legal(text).map(|()| Content::Nothing),
            Event::PI(pi) => check_instruction(pi.target(), pi).map(|()| Content::Nothing),
            Event::Decl(_) if self.seen_anything => {
                Err(malformed("XML declaration inside the part"))
            }
            Event::Decl(decl) => {
                declaration::check(decl.strip_prefix("xml").unwrap_or(decl), self.form)
                    .map(|()| Content::Nothing)
                    .map_err(|(reason, detail)| Stop::reject(reason, detail))
            }
            Event::DocType(_) => Err(document_type()),
            Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof => Ok(Content::Nothing),
        }
    }

    fn check_end(&self) -> Result<(), Stop> {
        if !self.seen_root {
            Err(malformed("no root element"))
        } else if self.depth > 0 {
            Err(malformed("ends inside an element"))
        } else {
            Ok(())
        }
    }
}

/// A processing instruction: any name but `xml`.
fn check_instruction(target: &str, content: &str) -> Result<(), Stop> {
    if !names::is_ncname(target) || target.eq_ignore_ascii_case("xml") || has_illegal(content) {
        return Err(malformed("processing instruction"));
    }
    Ok(())
}

/// Text of characters that XML allows.
fn legal(text: &str) -> Result<(), Stop> {
    if has_illegal(text) {
        Err(malformed("forbidden character"))
    } else {
        Ok(())
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

fn document_type() -> Stop {
    Stop::reject(Reason::XmlDtd, "document type declaration")
}

fn malformed(detail: &str) -> Stop {
    Stop::reject(Reason::XmlMalformed, detail)
}

fn limit(detail: &str) -> Stop {
    Stop::reject(Reason::XmlLimits, detail)
}
