//! The container stage: one reading of a ZIP archive, and the certainty that there is no other.
//!
//! [`Archive::open`] walks the end record, the central directory and every local header, without inflating
//! anything, and insists that they agree and that the entries cover the file without gap or overlap. The
//! offsets it establishes are those [`Body`] inflates from, so no second reader can disagree with it here.

mod audit;
mod body;
mod budget;
mod directory;
mod end_record;
mod entry;
mod extra;
mod layout;
mod local_header;
mod name;
mod zip64;

pub(super) use audit::Archive;
pub(super) use body::{Body, Inflater};
pub(super) use entry::Entry;
