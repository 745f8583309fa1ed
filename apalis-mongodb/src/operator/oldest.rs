//! How long the oldest ready job of a queue has been waiting.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::doc;

use super::MAX_TIME;
use super::filter::path;
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::model::{Status, field as f};

/// How long the oldest ready job of `queue` has been due, by the server's clock; `None` when no
/// job is ready.
///
/// # Errors
///
/// When the database fails.
pub async fn oldest_ready_age(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<Option<Duration>, Error> {
    let due = doc! { "$lte": [path(f::RUN_AT), "$$NOW"] };
    let pipeline = [
        doc! { "$match": { f::QUEUE: queue, f::STATUS: Status::Pending, "$expr": due } },
        doc! { "$sort": { f::RUN_AT: 1 } },
        doc! { "$limit": 1 },
        doc! { "$project": { "age": { "$subtract": ["$$NOW", path(f::RUN_AT)] } } },
    ];
    let mut found = collections
        .jobs(db)
        .aggregate(pipeline)
        .hint(mongodb::options::Hint::Name("due".to_owned()))
        .max_time(MAX_TIME)
        .await
        .context("find the oldest ready job")?;
    let oldest = found
        .try_next()
        .await
        .context("find the oldest ready job")?;
    Ok(oldest
        .and_then(|oldest| oldest.get_i64("age").ok())
        .map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
}
