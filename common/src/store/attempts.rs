//! How many guesses were made at a secret of an account, across all API processes.

use std::time::Duration;

use mongodb::bson::{DateTime, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::{OPERATION_LIMIT, Store, StoreError};

/// How many guesses may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many,
    pub most: i32,
    /// from the first one on for so long.
    pub within: Duration,
}

impl Limit {
    /// Fifteen minutes.
    pub const QUARTER_OF_AN_HOUR: Duration = Duration::from_secs(15 * 60);

    /// Sixty minutes.
    pub const HOUR: Duration = Duration::from_secs(60 * 60);
}

/// The guesses since the first one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempts {
    /// At what, such as `totp:usr_…`, or `sign-up:sgn_…` for one that cannot be confirmed (any more).
    #[serde(rename = "_id")]
    what: String,
    count: i32,
    expires_at: DateTime,
}

impl Store {
    /// Counts a guess at `what` before it is looked at, so that guesses made at once are counted like
    /// guesses one after the other; how long to wait where there were too many. These are read and not
    /// counted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_attempt(
        &self,
        what: &str,
        limit: Limit,
        now: DateTime,
    ) -> Result<Result<(), Duration>, StoreError> {
        let rows = &self.collections.attempts;
        let found = rows
            .find_one(doc! { "_id": what, "expires_at": { "$gt": now } })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("read how often a secret was guessed"))?;
        if let Some(found) = found
            && found.count >= limit.most
        {
            return Ok(Err(found.expires_at.saturating_duration_since(now)));
        }
        let counted = self.count_attempt(what, limit.within, now).await?;
        Ok(match counted {
            Some(counted) if counted.count > limit.most => {
                Err(counted.expires_at.saturating_duration_since(now))
            }
            _ => Ok(()),
        })
    }

    /// Counts a guess at `what`, whatever there was before; the guesses `within` this time of the first.
    pub(super) async fn count_attempt(
        &self,
        what: &str,
        within: Duration,
        now: DateTime,
    ) -> Result<Option<Attempts>, StoreError> {
        let is_over = doc! { "$lte": [{ "$ifNull": ["$expires_at", now] }, now] };
        let end = now.saturating_add_duration(within);
        let one_more = doc! { "$set": {
            "count": { "$cond": [is_over.clone(), 1, { "$add": ["$count", 1] }] },
            "expires_at": { "$cond": [is_over, end, "$expires_at"] },
        } };
        self.collections
            .attempts
            .find_one_and_update(doc! { "_id": what }, vec![one_more])
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count a guess at a secret"))
    }

    /// Gives back a guess that was not looked at.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn give_attempt_back(&self, what: &str) -> Result<(), StoreError> {
        self.collections
            .attempts
            .update_one(
                doc! { "_id": what, "count": { "$gt": 0 } },
                doc! { "$inc": { "count": -1 } },
            )
            .await
            .map(drop)
            .map_err(StoreError::database("give a guess at a secret back"))
    }

    /// Forgets the guesses at `what`: it was known.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn forget_attempts(&self, what: &str) -> Result<(), StoreError> {
        self.collections
            .attempts
            .delete_one(doc! { "_id": what })
            .await
            .map(drop)
            .map_err(StoreError::database("forget the guesses at a secret"))
    }
}
