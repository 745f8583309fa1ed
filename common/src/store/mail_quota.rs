//! How many mails an account gets within a window, across all API processes.

use std::time::Duration;

use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::ReturnDocument;

use super::{StoreError, Tx};
use crate::id::UserId;

impl Tx<'_> {
    /// Takes one of `limit` mails that `user` may be sent per `window`; `false` when none is left.
    ///
    /// Windows are fixed, counted from the Unix epoch; counters expire by themselves. A spent quota
    /// is only read: requests beyond it do not wait for each other.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_mail_quota(
        &mut self,
        user: UserId,
        limit: u64,
        window: Duration,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let window_millis = i64::try_from(window.as_millis()).unwrap_or(i64::MAX).max(1);
        let slot = now.timestamp_millis() / window_millis;
        let expire_at = DateTime::from_millis((slot + 1).saturating_mul(window_millis));
        let id = format!("{user}:{slot}");
        if self.mails_counted(&id).await? >= limit {
            return Ok(false);
        }
        let counter = self
            .store
            .collections
            .mail_quotas
            .find_one_and_update(
                doc! { "_id": id },
                doc! { "$inc": { "count": 1_i64 }, "$setOnInsert": { "expire_at": expire_at } },
            )
            .upsert(true)
            .return_document(ReturnDocument::After)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("count a mail"))?;
        Ok(counter.map_or(1, |row| count_of(&row)) <= limit)
    }

    async fn mails_counted(&mut self, id: &str) -> Result<u64, StoreError> {
        let counter = self
            .store
            .collections
            .mail_quotas
            .find_one(doc! { "_id": id })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("read a mail quota"))?;
        Ok(counter.map_or(0, |row| count_of(&row)))
    }
}

/// A row without a readable count has used up every quota.
fn count_of(row: &Document) -> u64 {
    row.get_i64("count")
        .ok()
        .and_then(|count| u64::try_from(count).ok())
        .unwrap_or(u64::MAX)
}
