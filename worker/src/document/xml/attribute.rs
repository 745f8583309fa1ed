//! One attribute.

use std::borrow::Cow;

use super::references;

/// One attribute of a start tag.
#[derive(Clone, Copy, Debug)]
pub(in crate::document) struct Attribute<'a> {
    /// The prefix, empty for none.
    pub(super) prefix: &'a str,
    /// The name without prefix.
    pub(in crate::document) local: &'a str,
    /// The value as written, references and all.
    pub(in crate::document) raw: &'a str,
}

impl<'a> Attribute<'a> {
    /// The value with its references resolved.
    pub(in crate::document) fn value(&self) -> Cow<'a, str> {
        references::resolve_all(self.raw)
    }
}
