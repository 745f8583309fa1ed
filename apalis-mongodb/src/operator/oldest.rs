//! How long the oldest ready job of a queue has been waiting.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::Hint;

use super::{MAX_TIME, Operator};
use crate::error::{Context, Error};
use crate::indexes::CLAIM;
use crate::model::{Status, field as f, time};

const NOW: &str = "now";

impl Operator {
    /// How long the oldest ready job of `queue` has been due, by the server's clock; `None` when
    /// no job is ready. It is found by one seek in an index for each priority.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn oldest_ready_age(&self, queue: &str) -> Result<Option<Duration>, Error> {
        const OPERATION: &str = "find the oldest ready job";
        let jobs = self.collections.jobs(&self.db);
        let find = jobs
            .aggregate(oldest_of_each_priority(queue))
            .hint(Hint::Name(CLAIM.to_owned()))
            .max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        let found: Vec<Document> = found.try_collect().await.context(OPERATION)?;
        let age = |row: &Document| {
            let run_at = row.get_datetime(f::RUN_AT).ok()?;
            let now = row.get_datetime(NOW).ok()?;
            // A job that is not due yet has a negative age.
            u64::try_from(time::between(*run_at, *now)).ok()
        };
        let oldest = found.iter().filter_map(age).max();
        Ok(oldest.map(Duration::from_millis))
    }
}

/// Documents whose time is none are not jobs, and so not the oldest one.
fn oldest_of_each_priority(queue: &str) -> [Document; 4] {
    let with_a_time = doc! { "$gte": DateTime::MIN };
    [
        doc! { "$match": {
            f::QUEUE: queue, f::STATUS: Status::Pending, f::RUN_AT: with_a_time,
        } },
        doc! { "$sort": { f::QUEUE: 1, f::STATUS: 1, f::PRIORITY: -1, f::RUN_AT: 1 } },
        doc! { "$group": { f::ID: f::path(f::PRIORITY), f::RUN_AT: { "$first": f::path(f::RUN_AT) } } },
        doc! { "$set": { NOW: "$$NOW" } },
    ]
}
