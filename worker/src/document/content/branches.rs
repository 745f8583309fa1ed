//! Parts of a text that some programs leave out: alternatives, extensions that may be ignored, text boxes.
//!
//! A program chooses among the alternatives of `AlternateContent` by what it knows, and drops elements of namespaces
//! that a document allows it to ignore. So what is in an element of another namespace than the text's may be there
//! or not, and a field that reaches into one is several fields.

use crate::document::xml::Element;

/// Formulas are in the midst of the text, and no program leaves them out.
const MATHEMATICS: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
];

/// Follows which elements of other namespaces are open in a part.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// The namespace of the root element.
    namespace: String,
    depth: usize,
    /// The depths of the elements of other namespaces.
    foreign: Vec<usize>,
    /// Whether there is anything to be followed for: a field that began, or an instruction.
    needed: bool,
}

impl Branches {
    /// An element begins; whether it is one of another namespace.
    pub(super) fn enter(&mut self, element: &Element<'_>) -> bool {
        self.depth = element.depth;
        if element.is_root() {
            self.namespace = element.namespace.to_owned();
        }
        self.needed |= matches!(element.local, "fldChar" | "instrText");
        let is_foreign = self.needed
            && element.namespace != self.namespace
            && !MATHEMATICS.contains(&element.namespace);
        if is_foreign {
            self.foreign.push(element.depth);
        }
        is_foreign
    }

    /// An element ends; whether it was one of another namespace.
    pub(super) fn leave(&mut self) -> bool {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        self.foreign.pop_if(|open| *open == depth).is_some()
    }
}
