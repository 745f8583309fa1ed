//! The whole container stage.

use std::collections::HashSet;

use crate::document::limits::Limits;
use crate::document::reason::Reason;
use crate::document::stop::{Findings, Stop};
use crate::document::window::Window;

use super::entry::Entry;
use super::{budget, directory, end_record, layout, local_header};

/// An archive that every program reads the same.
#[derive(Debug)]
pub(in crate::document) struct Archive {
    entries: Vec<Entry>,
    /// Places of the entries in the order of their keys.
    by_key: Vec<usize>,
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
        let mut complete = true;
        for entry in &mut entries {
            complete &= local_header::check(window, entry, &mut findings)?;
        }
        if complete {
            layout::check(window, &entries, end.directory_offset, &mut findings)?;
        }
        note_duplicates(&entries, &mut findings);
        findings.finish()?;
        let mut by_key: Vec<usize> = (0..entries.len()).collect();
        by_key.sort_by(|&a, &b| entries[a].key.cmp(&entries[b].key));
        Ok(Self { entries, by_key })
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

/// Names that some program would take for the same file.
fn note_duplicates(entries: &[Entry], findings: &mut Findings) {
    let mut seen = HashSet::with_capacity(entries.len());
    for entry in entries {
        if !seen.insert(entry.key.trim_start_matches('/')) {
            findings.note(Reason::ZipAmbiguous, || {
                format!("two entries named {}", entry.quoted())
            });
        }
    }
}
