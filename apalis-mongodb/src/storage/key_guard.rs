//! Jobs with keys are enqueued only where an index keeps their keys unique.

use mongodb::Collection;
use mongodb::bson::Document;
use tokio::sync::OnceCell;

use crate::error::Error;
use crate::model::field as f;
use crate::queries::unique_indexes;

/// Looks for the unique indexes before the first job with a key is enqueued.
#[derive(Debug, Default)]
pub(super) struct KeyGuard {
    found: OnceCell<()>,
}

impl KeyGuard {
    /// Lets `documents` pass if none has a key, or the indexes are there. Once they were, they are not
    /// looked for again by this storage and its clones.
    ///
    /// # Errors
    ///
    /// [`Error::MissingIndex`], or the database's.
    pub(super) async fn check(
        &self,
        jobs: &Collection<Document>,
        documents: &[Document],
    ) -> Result<(), Error> {
        if !documents.iter().any(has_key) {
            return Ok(());
        }
        let look = || unique_indexes::check(jobs);
        self.found.get_or_try_init(look).await.copied()
    }
}

fn has_key(document: &Document) -> bool {
    [f::UNIQUE_KEY, f::IDEMPOTENCY_KEY]
        .iter()
        .any(|key| document.contains_key(key))
}
