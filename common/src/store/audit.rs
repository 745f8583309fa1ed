//! The audit: entries are added and read, and nothing else.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::audit::{Act, AuditEntry, Outcome};
use crate::id::{AuditId, UserId};

/// Which entries a list shows: those for which everything holds that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// What was done.
    pub act: Option<Act>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Who did it.
    pub user: Option<UserId>,
    /// An object that it was about, by its id.
    pub object: Option<String>,
    /// The network it came from.
    pub network: Option<String>,
    /// Not before.
    pub from: Option<DateTime>,
    /// Before.
    pub until: Option<DateTime>,
}

impl AuditFilter {
    fn filter(&self, after: Option<AuditId>) -> Document {
        let mut filter = Document::new();
        filter.extend(self.act.map(|it| ("act".to_owned(), it.as_str().into())));
        let outcome = self.outcome.map(Outcome::as_str);
        filter.extend(outcome.map(|it| ("outcome".to_owned(), it.into())));
        filter.extend(self.user.map(|it| ("user_id".to_owned(), it.into())));
        let texts = [("objects", &self.object), ("network", &self.network)];
        for (name, text) in texts {
            filter.extend(text.as_deref().map(|it| (name.to_owned(), it.into())));
        }
        // Ids sort by time, so that the range is one of every index.
        let mut ids = Document::new();
        let from = self.from.map(AuditId::lowest);
        ids.extend(from.map(|it| ("$gte".to_owned(), it.into())));
        let until = self.until.map(AuditId::lowest);
        let before = after.into_iter().chain(until).min();
        ids.extend(before.map(|it| ("$lt".to_owned(), it.into())));
        if !ids.is_empty() {
            filter.insert("_id", ids);
        }
        filter
    }
}

impl Store {
    /// Adds an entry by itself: about what changed nothing, such as a failure.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.collections
            .audit
            .insert_one(entry)
            .await
            .map(drop)
            .map_err(StoreError::database("add an entry to the audit"))
    }

    /// At most `limit` entries, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_audit(
        &self,
        filter: &AuditFilter,
        after: Option<AuditId>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.collections
            .audit
            .find(filter.filter(after))
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list the audit"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list the audit"))
    }
}

impl Tx<'_> {
    /// Adds an entry: it exists if and when the transaction commits.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record(&mut self, entry: AuditEntry) -> Result<(), StoreError> {
        self.store
            .collections
            .audit
            .insert_one(entry)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("add an entry to the audit"))
    }
}
