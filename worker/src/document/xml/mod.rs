//! XML as OPC wants it: UTF-8 or UTF-16, no document type, well-formed, within limits.
//!
//! Tokens are read where they lie, in a window of text that moves over the part, so nothing is copied or
//! allocated for them and each byte is looked at about once. All that makes XML well-formed is checked: one
//! root and nothing but white space around it, tags that match, names, attributes, references, legal
//! characters, declared prefixes, no second declaration. There is no tree, so memory does not grow with the
//! part; one [`Scanner`] serves every part, large or small.

mod attribute;
mod attributes;
mod characters;
mod declaration;
mod decoder;
mod fault;
mod names;
mod namespaces;
mod position;
mod references;
mod run;
mod scanner;
mod text;
mod token;
mod visitor;

pub(super) use decoder::Decoder;
pub(super) use scanner::Scanner;
pub(super) use visitor::{Element, Visitor};
