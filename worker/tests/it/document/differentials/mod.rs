//! Archives that programs read differently in small things: each such thing is refused, or is none.

mod end;
mod entries;
mod names;
mod package;

use crate::document::builder::{Entry, Opc};
use crate::document::verdict;

/// A Word document with one more entry.
fn with_entry(entry: Entry) -> Vec<u8> {
    let mut archive = Opc::docx().archive();
    archive.entries.push(entry);
    archive.bytes()
}

/// An extra field.
fn field(id: u16, data: &[u8]) -> Vec<u8> {
    let size = u16::try_from(data.len()).expect("a short field");
    [&id.to_le_bytes()[..], &size.to_le_bytes(), data].concat()
}

fn flags(bytes: &[u8]) -> Vec<&'static str> {
    let verdict = verdict(bytes);
    let flags = verdict.facts().flags.iter();
    flags.map(|flag| flag.as_str()).collect()
}
