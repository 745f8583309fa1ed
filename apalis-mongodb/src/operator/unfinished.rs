//! For how long the oldest job has not been finished, although it was due.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::Hint;

use super::{MAX_TIME, Operator};
use crate::error::{Context, Error};
use crate::indexes::{LEASE, UNFINISHED};
use crate::model::{Status, field as f, time};

const NOW: &str = "now";
const SINCE: &str = "since";

impl Operator {
    /// For how long the oldest job of `queue` has been due and is not finished, by the server's clock;
    /// `None` when there is none. A job that failed counts from when it was enqueued, also while it
    /// waits for its next attempt: during an outage every job does, and none is ready for long. One
    /// that waits for its first attempt, or makes it, counts from when it was due.
    ///
    /// It reads one key of an index for each priority, one for the jobs that failed, and the running jobs.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn oldest_unfinished_age(&self, queue: &str) -> Result<Option<Duration>, Error> {
        let ready = self.oldest_ready_age(queue).await?;
        let failed = self.oldest_of(oldest_failed(queue), UNFINISHED).await?;
        let running = self.oldest_of(oldest_running(queue), LEASE).await?;
        Ok(ready.max(failed).max(running))
    }

    async fn oldest_of(
        &self,
        pipeline: Vec<Document>,
        index: &str,
    ) -> Result<Option<Duration>, Error> {
        const OPERATION: &str = "find the oldest unfinished job";
        let jobs = self.collections.jobs(&self.db);
        let find = jobs
            .aggregate(pipeline)
            .hint(Hint::Name(index.to_owned()))
            .max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        let found: Vec<Document> = found.try_collect().await.context(OPERATION)?;
        let age = |row: &Document| {
            let since = row.get_datetime(SINCE).ok()?;
            let now = row.get_datetime(NOW).ok()?;
            u64::try_from(time::between(*since, *now)).ok()
        };
        let oldest = found.iter().filter_map(age).max();
        Ok(oldest.map(Duration::from_millis))
    }
}

/// Documents whose time is none are not jobs, and so not the oldest one.
fn oldest_failed(queue: &str) -> Vec<Document> {
    let with_a_time = doc! { "$gte": DateTime::MIN };
    vec![
        doc! { "$match": {
            f::QUEUE: queue, f::STATUS: Status::Pending, f::ATTEMPTS: { "$gt": 0 },
            f::CREATED_AT: with_a_time,
        } },
        doc! { "$sort": { f::QUEUE: 1, f::STATUS: 1, f::CREATED_AT: 1 } },
        doc! { "$limit": 1 },
        doc! { "$project": { SINCE: f::path(f::CREATED_AT), NOW: "$$NOW" } },
    ]
}

fn oldest_running(queue: &str) -> Vec<Document> {
    let again = doc! { "$gt": [f::path(f::ATTEMPTS), 1] };
    let since = doc! { "$cond": [again, f::path(f::CREATED_AT), f::path(f::RUN_AT)] };
    vec![
        doc! { "$match": { f::STATUS: Status::Running, f::QUEUE: queue } },
        doc! { "$group": { f::ID: null, SINCE: { "$min": since } } },
        doc! { "$set": { NOW: "$$NOW" } },
    ]
}
