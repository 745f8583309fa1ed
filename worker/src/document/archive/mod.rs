//! The container stage: one reading of a ZIP archive, and the certainty that there is no other.
//!
//! [`Archive::open`] walks the end record, the central directory and every local header, without inflating
//! anything, and insists that they agree and that the entries cover the file without gap or overlap. The
//! offsets it establishes are those [`Body`] inflates from, so no second reader can disagree with it here.

mod audit;
mod body;
mod budget;
mod code_page;
mod directory;
mod early_end;
mod end_record;
mod entry;
mod extra;
mod layout;
mod local_header;
mod name;
mod search;
mod zip64;

pub(super) use audit::Archive;
pub(super) use body::{Body, Inflater};
pub(super) use entry::Entry;
