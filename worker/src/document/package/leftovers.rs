//! Entries that archivers and file managers leave in a package, and that Office ignores.

use std::collections::HashSet;

use crate::document::archive::{Archive, Entry};
use crate::document::part_name;
use crate::document::reader::PartReader;
use crate::document::stop::Stop;

use super::content_types::ContentTypes;

/// What an AppleDouble file begins with.
const APPLE_DOUBLE: &[u8] = b"\x00\x05\x16\x07";

/// What is known of leftovers before every part is looked at.
#[derive(Debug, Default)]
pub(in crate::document) struct Leftovers {
    /// Files that tools of macOS left beside parts, by name and content.
    companions: HashSet<String>,
    /// Entries with a leftover's name that a relationship uses.
    used: HashSet<String>,
}

impl Leftovers {
    /// Finds the companions: `._name` beside the part or folder `name`, that begins as such a file does.
    pub(super) fn find(reader: &mut PartReader<'_, '_>, archive: &Archive) -> Result<Self, Stop> {
        let mut companions = HashSet::new();
        let beside = |entry: &&Entry| is_beside_what_it_names(archive, entry);
        for entry in archive.entries().iter().filter(beside) {
            if reader.head(entry)?.starts_with(APPLE_DOUBLE) {
                companions.insert(entry.key.clone());
            }
        }
        Ok(Self {
            companions,
            used: HashSet::new(),
        })
    }

    /// Whether an entry is a leftover: it has such a name, and neither a declaration nor a relationship uses
    /// it.
    pub(in crate::document) fn include(&self, key: &str, content_types: &ContentTypes) -> bool {
        self.include_name(key) && !content_types.names(key) && !self.used.contains(key)
    }

    /// Whether the name is one that only leftovers have.
    pub(super) fn include_name(&self, key: &str) -> bool {
        let base = part_name::base(key);
        key.starts_with("__macosx/")
            || key.starts_with("[trash]/")
            || base.starts_with("~$")
            || matches!(base, ".ds_store" | "thumbs.db" | "desktop.ini")
            || self.companions.contains(key)
    }

    /// Whether the entry is a companion of a part.
    pub(super) fn is_companion(&self, key: &str) -> bool {
        self.companions.contains(key)
    }

    /// Takes in that a relationship uses the entry.
    pub(super) fn note_use(&mut self, key: String) {
        self.used.insert(key);
    }
}

fn is_beside_what_it_names(archive: &Archive, entry: &Entry) -> bool {
    let base = part_name::base(&entry.key);
    let Some(name) = base.strip_prefix("._").filter(|name| !name.is_empty()) else {
        return false;
    };
    let folder = &entry.key[..entry.key.len() - base.len()];
    let companion_of = format!("{folder}{name}");
    archive.find(&companion_of).is_some() || archive.has_folder(&companion_of)
}
