//! What a reader of XML content sees.

use std::borrow::Cow;

use crate::document::stop::Stop;

use super::attribute::Attribute;
use super::attributes::Span;

/// Receives the content of a part in document order, already checked.
pub(in crate::document) trait Visitor {
    /// An element begins.
    fn start(&mut self, _element: &Element<'_>) -> Result<(), Stop> {
        Ok(())
    }

    /// Text inside an element, in pieces.
    fn text(&mut self, _text: &str) {}

    /// The element that began last and has not ended yet ends.
    fn end(&mut self) {}
}

/// A start tag with its names resolved.
pub(in crate::document) struct Element<'a> {
    /// The namespace, empty for none.
    pub(in crate::document) namespace: &'a str,
    /// The name without prefix.
    pub(in crate::document) local: &'a str,
    /// 1 for the root element.
    pub(in crate::document) depth: usize,
    /// The tag, and where its attributes stand in it.
    pub(super) tag: &'a str,
    pub(super) spans: &'a [Span],
}

impl Element<'_> {
    /// Whether this is the root element.
    pub(in crate::document) fn is_root(&self) -> bool {
        self.depth == 1
    }

    /// The value of an attribute without prefix.
    pub(in crate::document) fn attribute(&self, local: &str) -> Option<Cow<'_, str>> {
        let mut plain = self
            .attributes()
            .filter(|attribute| attribute.prefix.is_empty());
        plain
            .find(|attribute| attribute.local == local)
            .map(|attribute| attribute.value())
    }

    /// All attributes but namespace declarations.
    pub(in crate::document) fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        let own = self.spans.iter().filter(|span| !span.declares(self.tag));
        own.map(|span| span.of(self.tag))
    }
}
