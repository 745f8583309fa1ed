//! When the next job of each queue is due: one command for many queues of a process.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::levels::oldest_of_each;
use crate::deadline::{CALL_LIMIT, within};
use crate::error::Error;
use crate::model::field as f;

const WAIT: &str = "wait";

/// The time until the earliest waiting job of each queue is due, by the server's clock; zero if
/// it is. A queue with nothing waiting is left out.
pub(crate) async fn next_due(
    jobs: &Collection<Document>,
    queues: &[String],
) -> Result<HashMap<String, Duration>, Error> {
    let Some((first, others)) = queues.split_first() else {
        return Ok(HashMap::new());
    };
    let mut pipeline = earliest(first);
    for queue in others {
        let union = doc! { "coll": jobs.name(), "pipeline": earliest(queue) };
        pipeline.push(doc! { "$unionWith": union });
    }
    let jobs = jobs.clone();
    let reading = async move {
        let aggregate = jobs.aggregate(pipeline).max_time(CALL_LIMIT);
        aggregate.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(CALL_LIMIT, "look when jobs are due", reading).await?;
    Ok(found
        .iter()
        .filter_map(|row| {
            let queue = row.get_str(f::QUEUE).ok()?.to_owned();
            let millis = match row.get(WAIT)? {
                Bson::Int64(millis) => *millis,
                _ => return None,
            };
            let wait = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
            Some((queue, wait))
        })
        .collect())
}

/// One seek in the index for each priority.
fn earliest(queue: &str) -> Vec<Document> {
    let run_at = f::path(f::RUN_AT);
    // "$min" passes over what is null or missing, and that is due.
    let oldest = doc! { "$ifNull": [&run_at, DateTime::from_millis(0)] };
    let mut pipeline = oldest_of_each(queue);
    pipeline.extend([
        doc! { "$group": { f::ID: Bson::Null, f::RUN_AT: { "$min": oldest } } },
        doc! { "$project": {
            f::QUEUE: { "$literal": queue },
            // As a claim sees it: a document whose time is none is due if that sorts before times, so
            // that it is found and dead-lettered, and never if it sorts behind them.
            WAIT: { "$switch": { "branches": [
                { "case": { "$lte": [&run_at, "$$NOW"] }, "then": 0_i64 },
                {
                    "case": { "$eq": [{ "$type": &run_at }, "date"] },
                    "then": { "$subtract": [&run_at, "$$NOW"] },
                },
            ], "default": Bson::Null } },
        } },
    ]);
    pipeline
}
