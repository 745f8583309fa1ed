//! A walk over the documents whose verdict is by older rules.

use dossier_common::file::File;
use dossier_common::id::FileId;
use dossier_common::store::{Store, StoreError};

/// Documents a page.
const PAGE: i64 = 500;

/// Walks over the documents with a verdict by rules older than a version, oldest first.
pub(super) struct Outdated<'a> {
    store: &'a Store,
    before: u32,
    last: Option<FileId>,
}

impl<'a> Outdated<'a> {
    pub(super) fn new(store: &'a Store, before: u32) -> Self {
        Self {
            store,
            before,
            last: None,
        }
    }

    /// The next page; empty at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<File>, StoreError> {
        let store = self.store;
        let page = store
            .list_outdated_files(self.before, self.last, PAGE)
            .await?;
        self.last = page.last().map(|file| file.id).or(self.last);
        Ok(page)
    }
}
