//! XML as OPC wants it: UTF-8 or UTF-16, no document type, well-formed, within limits.
//!
//! `quick-xml` splits the text into tags, text and the like, as a stream. It leaves most of what makes
//! XML well-formed to its caller, so the rest is checked here: one root and nothing but white space around
//! it, names, attributes, references, legal characters, declared prefixes, no second declaration. There is
//! no tree, so memory does not grow with the part; one [`Scanner`] serves every part, large or small.

mod attribute;
mod attributes;
mod characters;
mod declaration;
mod decoder;
mod names;
mod namespaces;
mod position;
mod references;
mod scanner;
mod visitor;

pub(super) use decoder::Decoder;
pub(super) use scanner::Scanner;
pub(super) use visitor::{Element, Visitor};
