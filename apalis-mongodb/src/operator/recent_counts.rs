//! Counts that cost the same however many jobs there are: kept with the queue, and counted anew by
//! whoever finds them too old.

use std::time::{Duration, Instant};

use mongodb::Database;
use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::QueueCounts;
use super::count::count_queue;
use super::filter::path;
use crate::compat;
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::model::{field as f, time};

const COUNTS: &str = "counts";
const COUNTING_UNTIL: &str = "counting_until";
const NOW: &str = "now";
/// Counting may take this share of the time.
const SHARE: u32 = 100;
/// Whoever counts longer has died.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stored counts.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    by_state: QueueCounts,
    at: DateTime,
    #[serde(with = "crate::model::millis")]
    cost: Duration,
}

/// The counts of `queue` as they were at most `max_age` ago, and longer ago only where counting
/// takes so long that it would be a hundredth of the time. For whoever asks often, such as a
/// metrics endpoint: of many processes that ask at once, one counts.
///
/// # Errors
///
/// When the database fails.
pub async fn recent_counts(
    db: &Database,
    collections: &Collections,
    queue: &str,
    max_age: Duration,
) -> Result<QueueCounts, Error> {
    let known = read(db, collections, queue).await?;
    if let Some((known, now)) = &known {
        let oldest = max_age.max(known.cost * SHARE);
        let age = now.timestamp_millis() - known.at.timestamp_millis();
        if age <= time::millis(oldest) {
            return Ok(known.by_state.clone());
        }
    }
    let mine = reserve(db, collections, queue).await?;
    match known {
        Some((known, _)) if !mine => Ok(known.by_state),
        _ => recount(db, collections, queue).await,
    }
}

/// What is stored, and the server's time.
async fn read(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<Option<(Stored, DateTime)>, Error> {
    let found = collections
        .queues(db)
        .find_one(doc! { f::ID: queue })
        .projection(doc! { COUNTS: 1, NOW: "$$NOW" })
        .await
        .context("read a queue's counts")?;
    Ok(found.and_then(|mut found| {
        let now = *found.get_datetime(NOW).ok()?;
        let stored = compat::from_bson(found.remove(COUNTS)?).ok()?;
        Some((stored, now))
    }))
}

/// Whether it is for us to count, and not for another process that began before.
async fn reserve(db: &Database, collections: &Collections, queue: &str) -> Result<bool, Error> {
    let until = path(COUNTING_UNTIL);
    let free = doc! { "$lt": [{ "$ifNull": [until, DateTime::MIN] }, "$$NOW"] };
    let mine = doc! { "$set": {
        COUNTING_UNTIL: { "$add": ["$$NOW", time::millis(PATIENCE)] },
    } };
    let outcome = collections
        .queues(db)
        .update_one(doc! { f::ID: queue, "$expr": free }, vec![mine])
        .await
        .context("reserve the counting of a queue")?;
    Ok(outcome.matched_count == 1)
}

async fn recount(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<QueueCounts, Error> {
    let began = Instant::now();
    let counts = count_queue(db, collections, queue).await?;
    let by_state = compat::to_bson(&counts).map_err(|e| Error::Codec(Box::new(e)))?;
    let stored = doc! {
        "by_state": { "$literal": by_state },
        "at": "$$NOW",
        "cost": time::millis(began.elapsed()),
    };
    collections
        .queues(db)
        .update_one(
            doc! { f::ID: queue },
            vec![
                doc! { "$set": { COUNTS: stored } },
                doc! { "$unset": COUNTING_UNTIL },
            ],
        )
        .upsert(true)
        .await
        .context("store a queue's counts")?;
    Ok(counts)
}
