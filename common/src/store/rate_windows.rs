//! Requests within a window, counted across all API processes.
//!
//! One document a quota, key and window, changed by itself and never in a transaction: counters meet
//! nobody. One that is spent is read and not changed, so that a flood writes nothing.

use std::time::Duration;

use mongodb::bson::{DateTime, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::{OPERATION_LIMIT, Store, StoreError};
use crate::throttle::Quota;

/// A counter, as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RateWindow {
    /// The quota, its window and whose it is.
    #[serde(rename = "_id")]
    pub id: String,
    /// How many requests there were.
    pub count: i64,
    /// When the window is over.
    pub expire_at: DateTime,
}

/// What a request found of its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether there was room for it.
    pub is_allowed: bool,
    /// How much room is left.
    pub remaining: u32,
    /// When there is room for all of them again.
    pub resets_in: Duration,
}

impl Store {
    /// Takes a request of `quota` for `key`, which must tell nothing to whoever reads it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take(&self, quota: &Quota, key: &str, now: DateTime) -> Result<Taken, StoreError> {
        let window = i64::try_from(quota.window.as_millis())
            .unwrap_or(i64::MAX)
            .max(1);
        let number = now.timestamp_millis().div_euclid(window);
        let end = DateTime::from_millis((number + 1).saturating_mul(window));
        let id = format!("{}:{window}:{number}:{key}", quota.name);
        let limit = i64::from(quota.limit);
        let found = self.count_of(&id).await?;
        let count = if found < limit {
            self.count_one(&id, end).await?
        } else {
            found.saturating_add(1)
        };
        Ok(Taken {
            is_allowed: count <= limit,
            remaining: u32::try_from(limit - count).unwrap_or(0),
            resets_in: end.saturating_duration_since(now),
        })
    }

    async fn count_of(&self, id: &str) -> Result<i64, StoreError> {
        let found = self
            .collections
            .rate_windows
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("read a quota"))?;
        Ok(found.map_or(0, |window| window.count))
    }

    async fn count_one(&self, id: &str, end: DateTime) -> Result<i64, StoreError> {
        let counted = self
            .collections
            .rate_windows
            .find_one_and_update(
                doc! { "_id": id },
                doc! { "$inc": { "count": 1_i64 }, "$setOnInsert": { "expire_at": end } },
            )
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count a request"))?;
        Ok(counted.map_or(1, |window| window.count))
    }
}
