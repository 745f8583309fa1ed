//! Where in a part the scanner is, and what may come next there.

use quick_xml::events::{BytesStart, Event};

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::Stop;

use super::attributes::{self, Refusal, Span};
use super::characters::{has_illegal, is_space};
use super::decoder::Form;
use super::namespaces::{self, Namespaces};
use super::visitor::{Element, Visitor};
use super::{declaration, names, references};

/// The longest name of an element: the reader keeps those of all open elements.
const MAX_NAME_BYTES: usize = 4 * 1024;

/// Where in a part the scanner is.
pub(super) struct Position<'s> {
    namespaces: &'s mut Namespaces,
    spans: &'s mut Vec<Span>,
    limits: &'s Limits,
    form: Form,
    depth: usize,
    elements: u64,
    seen_anything: bool,
    seen_root: bool,
}

/// What an event other than a tag adds to the content.
enum Content<'e> {
    Text(&'e str),
    Character(char),
    Nothing,
}

impl<'s> Position<'s> {
    pub(super) fn new(
        namespaces: &'s mut Namespaces,
        spans: &'s mut Vec<Span>,
        limits: &'s Limits,
        form: Form,
    ) -> Self {
        namespaces.clear();
        Self {
            namespaces,
            spans,
            limits,
            form,
            depth: 0,
            elements: 0,
            seen_anything: false,
            seen_root: false,
        }
    }

    /// Takes the next event and tells the visitor.
    pub(super) fn take(
        &mut self,
        event: &Event<'_>,
        visitor: &mut impl Visitor,
    ) -> Result<(), Stop> {
        match event {
            Event::Start(tag) => self.open(tag, visitor)?,
            Event::Empty(tag) => {
                self.open(tag, visitor)?;
                self.close(visitor);
            }
            Event::End(_) => self.close(visitor),
            other => match self.other(other)? {
                Content::Text(text) => visitor.text(text),
                Content::Character(c) => visitor.text(c.encode_utf8(&mut [0; 4])),
                Content::Nothing => {}
            },
        }
        self.seen_anything = true;
        Ok(())
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
        let attributes = tag.attributes_raw();
        self.read_attributes(attributes)?;
        let namespace = self
            .namespaces
            .resolve(prefix)
            .ok_or_else(|| malformed("undeclared prefix"))?;
        visitor.start(&Element {
            namespace,
            local,
            depth: self.depth,
            tag: attributes,
            spans: self.spans,
        })
    }

    /// Reads the attributes of a tag and takes in the namespace declarations among them.
    fn read_attributes(&mut self, tag: &str) -> Result<(), Stop> {
        let read = attributes::read(tag, self.limits.xml_attributes, self.spans);
        read.map_err(|refusal| match refusal {
            Refusal::Malformed(detail) => malformed(detail),
            Refusal::TooMany => limit("too many attributes"),
        })?;
        let declarations = self.spans.iter().filter(|span| span.declares(tag));
        let declarations = declarations.map(|span| span.of(tag));
        self.namespaces
            .enter(declarations, self.depth)
            .map_err(|refusal| match refusal {
                namespaces::Refusal::Reserved => malformed("namespace declaration"),
                namespaces::Refusal::TooMuch => limit("too many namespace declarations"),
            })?;
        attributes::check_unique(tag, self.spans, self.namespaces).map_err(malformed)
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

    pub(super) fn check_end(&self) -> Result<(), Stop> {
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

pub(super) fn document_type() -> Stop {
    Stop::reject(Reason::XmlDtd, "document type declaration")
}

fn malformed(detail: &str) -> Stop {
    Stop::reject(Reason::XmlMalformed, detail)
}

fn limit(detail: &str) -> Stop {
    Stop::reject(Reason::XmlLimits, detail)
}
