//! The package stage: what the archive is as an Open Packaging Conventions package (ECMA-376 part 2).
//!
//! The content types and all relationships are read first, wherever they lie; they say what the document is
//! and how each part has to be read.

mod content_types;
mod embedded;
mod leftovers;
mod macros;
mod main_part;
mod open_document;
mod read;
mod reference;
mod relationship_types;
mod relationships;

pub(super) use content_types::ContentTypes;
pub(super) use leftovers::Leftovers;
pub(super) use main_part::MainPart;
pub(super) use read::{read, types_entry};
pub(super) use reference::remote_host;

use std::collections::HashSet;

use super::archive::Entry;

/// What the package stage found out.
pub(super) struct Package {
    /// The content type of every part.
    pub(super) content_types: ContentTypes,
    /// The part the document begins with.
    pub(super) main: MainPart,
    /// Parts that are embedded documents of some other format, by relationship.
    pub(super) chunks: HashSet<String>,
    /// Parts that programs read as XML for their relationships, whatever their names and types say.
    pub(super) texts: HashSet<String>,
    /// What archivers left in the package.
    pub(super) leftovers: Leftovers,
}

impl Package {
    /// Whether the package stage has read this entry already.
    pub(super) fn was_read(&self, entry: &Entry) -> bool {
        entry.key == content_types::KEY
            || relationships::folder_of(entry, &self.leftovers).is_some()
    }
}
