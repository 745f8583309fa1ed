//! Log-ins that failed in a row, counted across all API processes: see [`crate::throttle`].

use std::time::Duration;

use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::error::is_duplicate_key;
use super::{OPERATION_LIMIT, Store, StoreError};
use crate::throttle::{FAILURES_KEPT_FOR, delays};

/// How often a log-in that met others at the first failure of an account looks again.
const MAX_TRIES: usize = 20;

/// What a log-in that met others all the time has to wait.
const CONTENDED: Duration = Duration::from_secs(1);

/// When the next log-in may be tried where there is no pause: not "now", which is later than that of
/// others under way.
const AT_ONCE: DateTime = DateTime::from_millis(0);

/// Failures in a row, as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogInFailures {
    /// Whose: the pseudonym of an address, or a device.
    #[serde(rename = "_id")]
    pub id: String,
    /// How many, those under way included.
    pub failures: i64,
    /// When the next log-in may be tried.
    pub retry_at: DateTime,
    /// When they are forgotten.
    pub expire_at: DateTime,
}

impl Store {
    /// Begins a log-in of `key`, which counts as failed until it is [forgotten](Self::forget_failures):
    /// so that many at once cannot pass together. How long to wait instead, when it is too early;
    /// then nothing is counted. `percent` scales the numbers of failures.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn begin_log_in(
        &self,
        key: &str,
        percent: u32,
        now: DateTime,
    ) -> Result<Option<Duration>, StoreError> {
        for _ in 0..MAX_TRIES {
            if let Some(wait) = self.wait_of(key, now).await? {
                return Ok(Some(wait));
            }
            if self.count_failure(key, percent, now).await? {
                return Ok(None);
            }
        }
        Ok(Some(CONTENDED))
    }

    /// Forgets the failures of `key`: who logged in, or proved otherwise who they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn forget_failures(&self, key: &str) -> Result<(), StoreError> {
        self.collections
            .log_in_failures
            .delete_one(doc! { "_id": key })
            .await
            .map(drop)
            .map_err(StoreError::database("forget failed log-ins"))
    }

    /// Gives a log-in back in which no password was looked at.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn give_log_in_back(&self, key: &str) -> Result<(), StoreError> {
        self.collections
            .log_in_failures
            .update_one(
                doc! { "_id": key, "failures": { "$gt": 0_i64 } },
                doc! { "$inc": { "failures": -1_i64 }, "$set": { "retry_at": AT_ONCE } },
            )
            .await
            .map(drop)
            .map_err(StoreError::database("give a log-in back"))
    }

    async fn wait_of(&self, key: &str, now: DateTime) -> Result<Option<Duration>, StoreError> {
        let found = self
            .collections
            .log_in_failures
            .find_one(doc! { "_id": key })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("read failed log-ins"))?;
        let retry_at = found.map(|it| it.retry_at).filter(|it| *it > now);
        Ok(retry_at.map(|it| it.saturating_duration_since(now)))
    }

    /// Whether it was counted: not when others were counted meanwhile, so that it is too early now.
    async fn count_failure(
        &self,
        key: &str,
        percent: u32,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let counted = self
            .collections
            .log_in_failures
            .update_one(
                doc! { "_id": key, "retry_at": { "$lte": now } },
                failure(percent, now),
            )
            .upsert(true)
            .await;
        match counted {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate_key(&error) => Ok(false),
            Err(error) => Err(StoreError::database("count a log-in")(error)),
        }
    }
}

/// One failure more, and the pause that follows.
fn failure(percent: u32, now: DateTime) -> Vec<Document> {
    let millis = |it: Duration| i64::try_from(it.as_millis()).unwrap_or(i64::MAX);
    let delays: Vec<Bson> = delays().into_iter().map(|it| millis(it).into()).collect();
    let last = i64::try_from(delays.len()).unwrap_or(i64::MAX) - 1;
    let expire_at = now.saturating_add_duration(FAILURES_KEPT_FOR);
    let scaled = doc! { "$divide": [
        { "$multiply": ["$failures", 100_i64] }, i64::from(percent.max(1)),
    ] };
    let index = doc! { "$min": [{ "$toInt": { "$floor": scaled } }, last] };
    vec![
        doc! { "$set": {
            "failures": { "$add": [{ "$ifNull": ["$failures", 0_i64] }, 1_i64] },
            "expire_at": expire_at,
        } },
        doc! { "$set": {
            "retry_at": { "$let": {
                "vars": { "delay": { "$arrayElemAt": [delays, index] } },
                "in": { "$cond": [
                    { "$eq": ["$$delay", 0_i64] }, AT_ONCE, { "$add": [now, "$$delay"] },
                ] },
            } },
        } },
    ]
}
