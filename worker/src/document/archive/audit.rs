//! The whole container stage.

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::window::Window;

use super::entry::Entry;
use super::{budget, directory, end_record, layout, local_header, name};

/// An archive that every program reads the same.
#[derive(Debug)]
pub(in crate::document) struct Archive {
    entries: Vec<Entry>,
    /// Places of the entries in the order of their keys.
    by_key: Vec<usize>,
    has_trailing_data: bool,
}

impl Archive {
    /// Reads and audits the archive without inflating anything.
    pub(in crate::document) fn open(
        window: &mut Window<'_>,
        limits: &Limits,
    ) -> Result<Self, Stop> {
        let end = end_record::find(window)?;
        let mut findings = Findings::default();
        let mut entries = directory::read(window, &end, limits, &mut findings)?;
        entries.sort_by_key(|entry| entry.header_offset);
        findings.about(None);
        let starts = entries.iter().map(|entry| entry.header_offset);
        let starts: Vec<u64> = starts.chain([end.directory_offset]).collect();
        if starts.first() != Some(&0) {
            findings.note(Reason::ZipAmbiguous, || {
                "bytes before the first entry".to_owned()
            });
        }
        for (entry, &next) in entries.iter_mut().zip(&starts[1..]) {
            findings.about(Some(entry.shown()));
            if local_header::check(window, entry, &mut findings)? {
                layout::check(window, entry, next, &mut findings)?;
            }
        }
        note_duplicates(&entries, &mut findings);
        findings.finish()?;
        let mut by_key: Vec<usize> = (0..entries.len()).collect();
        by_key.sort_by(|&a, &b| entries[a].key.cmp(&entries[b].key));
        Ok(Self {
            entries,
            by_key,
            has_trailing_data: end.trailing_data,
        })
    }

    /// The entries in physical order.
    pub(in crate::document) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with that normal name.
    pub(in crate::document) fn find(&self, key: &str) -> Option<&Entry> {
        let place = self
            .by_key
            .binary_search_by(|&place| self.entries[place].key.as_str().cmp(key))
            .ok()?;
        self.entries.get(self.by_key[place])
    }

    /// Whether entries lie in the folder with that normal name.
    pub(in crate::document) fn has_folder(&self, key: &str) -> bool {
        let key = format!("{key}/");
        let place = self
            .by_key
            .partition_point(|&place| self.entries[place].key < key);
        let next = self.by_key.get(place);
        next.is_some_and(|&place| self.entries[place].key.starts_with(&key))
    }

    /// Whether data follows the archive.
    pub(in crate::document) fn has_trailing_data(&self) -> bool {
        self.has_trailing_data
    }

    /// Checks the declared sizes against the limits.
    pub(in crate::document) fn check_budget(&self, limits: &Limits) -> Result<(), Stop> {
        budget::check(&self.entries, limits)
    }

    /// The declared size of all entries once inflated.
    pub(in crate::document) fn inflated_bytes(&self) -> u64 {
        self.entries
            .iter()
            .fold(0, |sum, entry| sum.saturating_add(entry.inflated_bytes))
    }
}

/// Notes names that some program would take for the same file, or for a file and the folder it is in.
fn note_duplicates(entries: &[Entry], findings: &mut Findings) {
    let mut names: Vec<(String, &Entry)> = entries
        .iter()
        .map(|entry| (name::loose(&entry.raw_name, &entry.key), entry))
        .collect();
    // Separators before all else, so that what lies in a folder follows it at once.
    let order = |name: &str| -> Vec<u8> {
        let bytes = name.bytes();
        bytes
            .map(|byte| if byte == b'/' { 0 } else { byte })
            .collect()
    };
    names.sort_by_cached_key(|(name, _)| order(name));
    for pair in names.windows(2) {
        let [(outer, entry), (inner, other)] = pair else {
            continue;
        };
        let Some(rest) = inner.strip_prefix(outer.as_str()) else {
            continue;
        };
        findings.about(Some(other.shown()));
        if rest.is_empty() {
            findings.note(Reason::ZipAmbiguous, || {
                format!("two entries named {}", entry.quoted())
            });
        } else if rest.starts_with('/') && !entry.is_folder() {
            findings.note(Reason::ZipAmbiguous, || {
                format!("{} lies in the file {}", other.quoted(), entry.quoted())
            });
        }
    }
}
