//! Where in a part the scanner is, and what may come next there.

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::steps::{Step, Steps};
use crate::document::stop::Stop;

use super::attributes::{self, Span};
use super::characters::is_space;
use super::declaration;
use super::decoder::Form;
use super::fault::{Fault, Halt};
use super::namespaces::{self, Namespaces};
use super::token::{self, Declaration, Tag};
use super::visitor::{Element, Visitor};

/// Where in a part the scanner is.
pub(super) struct Position<'s> {
    namespaces: &'s mut Namespaces,
    /// The attributes of the tag read last.
    spans: &'s mut Vec<Span>,
    limits: &'s Limits,
    steps: &'s Steps,
    form: Form,
    /// The names of the elements that are open, one behind the other, and where each begins.
    names: String,
    open: Vec<usize>,
    elements: u64,
    seen_anything: bool,
    seen_root: bool,
}

impl<'s> Position<'s> {
    pub(super) fn new(
        namespaces: &'s mut Namespaces,
        spans: &'s mut Vec<Span>,
        limits: &'s Limits,
        steps: &'s Steps,
        form: Form,
    ) -> Self {
        namespaces.clear();
        Self {
            namespaces,
            spans,
            limits,
            steps,
            form,
            names: String::new(),
            open: Vec::new(),
            elements: 0,
            seen_anything: false,
            seen_root: false,
        }
    }

    /// Reads the token that `text` begins with, tells the visitor, and answers how long it is.
    #[inline]
    pub(super) fn read(
        &mut self,
        text: &str,
        is_last: bool,
        visitor: &mut impl Visitor,
    ) -> Result<usize, Halt> {
        let length = match text.as_bytes() {
            [b'<', b'/', ..] => {
                let (name, length) = token::end_tag(text)?;
                self.end(name, visitor)?;
                length
            }
            [b'<', b'!', ..] => self.declaration(text, visitor)?,
            [b'<', b'?', ..] => self.instruction(text)?,
            [b'<', _, ..] => {
                let limit = self.limits.xml_attributes;
                let (tag, length) = token::start_tag(text, limit, self.spans)?;
                self.start(&tag, visitor)?;
                length
            }
            [b'&', ..] => {
                let (character, length) = token::reference(text)?;
                self.text(character.encode_utf8(&mut [0; 4]), visitor)?;
                length
            }
            [b'<'] | [] => return Err(Halt::Fault(Fault::Cut)),
            _ => {
                let (text, length) = token::characters(text, is_last)?;
                let between = self.open.is_empty() && text.bytes().all(is_space);
                if !between {
                    self.text(text, visitor)?;
                }
                length
            }
        };
        self.steps.count(Step::Tag, 1)?;
        self.seen_anything = true;
        Ok(length)
    }

    fn text(&self, text: &str, visitor: &mut impl Visitor) -> Result<(), Stop> {
        if self.open.is_empty() {
            return Err(malformed("text outside the root element"));
        }
        visitor.text(text);
        Ok(())
    }

    fn declaration(&self, text: &str, visitor: &mut impl Visitor) -> Result<usize, Halt> {
        let (declaration, length) = token::declaration(text)?;
        match declaration {
            Declaration::Comment => {}
            Declaration::CData(text) => self.text(text, visitor)?,
            Declaration::DocumentType => {
                let stop = Stop::reject(Reason::XmlDtd, "document type declaration");
                return Err(Halt::Stop(stop));
            }
        }
        Ok(length)
    }

    fn instruction(&self, text: &str) -> Result<usize, Halt> {
        let (declaration, length) = token::instruction(text)?;
        if let Some(content) = declaration {
            if self.seen_anything {
                return Err(Halt::Stop(malformed("XML declaration inside the part")));
            }
            declaration::check(content, self.form)
                .map_err(|(reason, detail)| Stop::reject(reason, detail))?;
        }
        Ok(length)
    }

    /// An element begins.
    fn start(&mut self, tag: &Tag<'_>, visitor: &mut impl Visitor) -> Result<(), Stop> {
        if self.open.is_empty() && self.seen_root {
            return Err(malformed("second root element"));
        }
        self.seen_root = true;
        self.elements += 1;
        if self.open.len() >= self.limits.xml_depth || self.elements > self.limits.xml_elements {
            return Err(limit("elements too deep or too many"));
        }
        self.open.push(self.names.len());
        self.names.push_str(tag.name);
        self.read_attributes(tag)?;
        let (prefix, local) = tag.name.split_at(tag.prefix_bytes);
        let namespace = self
            .namespaces
            .resolve(prefix.strip_suffix(':').unwrap_or_default())
            .ok_or_else(|| malformed("undeclared prefix"))?;
        visitor.start(&Element {
            namespace: self.namespaces.name(namespace),
            local,
            depth: self.open.len(),
            tag: tag.text,
            spans: self.spans,
        })?;
        if tag.is_empty {
            self.close(visitor);
        }
        Ok(())
    }

    /// Takes in the attributes of a tag and the namespace declarations among them.
    fn read_attributes(&mut self, tag: &Tag<'_>) -> Result<(), Stop> {
        if self.spans.is_empty() {
            return Ok(());
        }
        self.steps.count(Step::Attribute, self.spans.len())?;
        let declarations = self.spans.iter().filter(|span| span.declares(tag.text));
        for declaration in declarations {
            self.steps.count(Step::Binding, 1)?;
            self.namespaces
                .enter(declaration.of(tag.text), self.open.len())
                .map_err(|refusal| match refusal {
                    namespaces::Refusal::Reserved => malformed("namespace declaration"),
                    namespaces::Refusal::TooMuch => limit("too many namespace declarations"),
                })?;
        }
        attributes::resolve(tag.text, self.spans, self.namespaces).map_err(malformed)
    }

    /// An end tag: it must be that of the innermost element.
    fn end(&mut self, name: &str, visitor: &mut impl Visitor) -> Result<(), Stop> {
        match self.open.last() {
            Some(&start) if self.names.bytes().skip(start).eq(name.bytes()) => self.close(visitor),
            Some(_) => return Err(malformed("end tag of another element")),
            None => return Err(malformed("end tag without a start tag")),
        }
        Ok(())
    }

    /// The innermost element ends.
    fn close(&mut self, visitor: &mut impl Visitor) {
        self.namespaces.leave(self.open.len());
        self.names.truncate(self.open.pop().unwrap_or_default());
        visitor.end();
    }

    pub(super) fn check_end(&self) -> Result<(), Stop> {
        if !self.seen_root {
            Err(malformed("no root element"))
        } else if !self.open.is_empty() {
            Err(malformed("ends inside an element"))
        } else {
            Ok(())
        }
    }
}

fn malformed(detail: &str) -> Stop {
    Stop::reject(Reason::XmlMalformed, detail)
}

fn limit(detail: &str) -> Stop {
    Stop::reject(Reason::XmlLimits, detail)
}
