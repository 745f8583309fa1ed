//! The priorities that have jobs waiting, and the oldest job of each: one key of the index a level.

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::Hint;

use crate::deadline::{CALL_LIMIT, within};
use crate::error::Error;
use crate::indexes::CLAIM;
use crate::model::{Status, field as f};

const NOW: &str = "now";

/// A priority with its oldest waiting job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) priority: i32,
    /// When its oldest job is or was due.
    pub(crate) run_at: DateTime,
    /// The server's time.
    pub(crate) now: DateTime,
}

/// The levels of `queue`, by seeks alone: a job more or less costs nothing.
pub(crate) async fn levels(jobs: &Collection<Document>, queue: &str) -> Result<Vec<Level>, Error> {
    const OPERATION: &str = "look for the oldest job of each priority";
    let mut pipeline = oldest_of_each(queue);
    pipeline.push(doc! { "$set": { NOW: "$$NOW" } });
    let jobs = jobs.clone();
    let reading = async move {
        let aggregate = jobs.aggregate(pipeline).max_time(CALL_LIMIT);
        let aggregate = aggregate.hint(Hint::Name(CLAIM.to_owned()));
        aggregate.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(CALL_LIMIT, OPERATION, reading).await?;
    Ok(found.iter().filter_map(level).collect())
}

fn level(row: &Document) -> Option<Level> {
    Some(Level {
        priority: match row.get(f::ID)? {
            Bson::Int32(priority) => *priority,
            Bson::Int64(priority) => i32::try_from(*priority).ok()?,
            _ => return None,
        },
        // A document whose time is none comes first, so that it is found and dead-lettered.
        run_at: row
            .get_datetime(f::RUN_AT)
            .map_or(DateTime::from_millis(0), |at| *at),
        now: *row.get_datetime(NOW).ok()?,
    })
}

/// `{ _id: priority, run_at }` for each priority of the waiting jobs of `queue`.
pub(crate) fn oldest_of_each(queue: &str) -> Vec<Document> {
    vec![
        doc! { "$match": { f::QUEUE: queue, f::STATUS: Status::Pending } },
        doc! { "$sort": { f::QUEUE: 1, f::STATUS: 1, f::PRIORITY: -1, f::RUN_AT: 1 } },
        doc! { "$group": {
            f::ID: f::path(f::PRIORITY),
            f::RUN_AT: { "$first": f::path(f::RUN_AT) },
        } },
    ]
}
