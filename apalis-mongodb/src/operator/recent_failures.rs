//! What failed lately.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::Hint;

use super::{MAX_TIME, Operator};
use crate::clock::server_now;
use crate::error::{Context, Error};
use crate::indexes::{FINISHED, UNFINISHED, since_epoch};
use crate::model::lenient::Fields;
use crate::model::{JobState, Status, field as f, time};

/// Of the jobs that failed and wait, so many are looked at: those that were enqueued last. Each has to be
/// read.
const LOOKED_AT: i64 = 1000;
/// Longer errors are cut.
const LONGEST_ERROR: i32 = 500;
const ENDED_AT: &str = "ended_at";

/// A job whose last attempt failed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecentFailure {
    /// Which job.
    pub id: String,
    /// Its queue.
    pub queue: String,
    /// [`JobState::Dead`], or [`JobState::Scheduled`] when it waits for another attempt.
    pub state: JobState,
    /// When the attempt ended.
    pub at: DateTime,
    /// Attempts started.
    pub attempts: u32,
    /// Attempts it has in all.
    pub max_attempts: u32,
    /// The error's text, cut after 500 characters.
    pub error: String,
}

/// What failed in a queue lately.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RecentFailures {
    /// The newest, newest first.
    pub newest: Vec<RecentFailure>,
    /// How many jobs failed and wait for another attempt, 1000 at most.
    pub waiting: u64,
    /// How many jobs died within the time that was asked for.
    pub dead_within: u64,
    /// How many jobs failed within it: those that died, and those that wait for another attempt. Of the
    /// latter the 1000 that were enqueued last are looked at.
    pub failed_within: u64,
}

impl Operator {
    /// What failed in `queue` lately: the `newest` failures, and how many there were `within` this time.
    /// The dead are not counted further than `most`. Jobs that were put off without an attempt being counted
    /// are not among them.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time.
    pub async fn recent_failures(
        &self,
        queue: &str,
        within: Duration,
        newest: u32,
        most: u64,
    ) -> Result<RecentFailures, Error> {
        let since = time::off(server_now(&self.db).await?, -time::millis(within));
        let mut failures = self.newest_dead(queue, newest).await?;
        let waiting = self.failed_and_waiting(queue).await?;
        let lately = waiting.iter().filter(|failure| failure.at >= since);
        let lately = lately.count() as u64;
        let waiting_now = waiting.len() as u64;
        failures.extend(waiting);
        failures.sort_by_key(|failure| std::cmp::Reverse(failure.at));
        failures.truncate(newest as usize);
        let dead_within = self.ended_since(queue, JobState::Dead, since, most).await?;
        Ok(RecentFailures {
            newest: failures,
            waiting: waiting_now,
            dead_within,
            failed_within: dead_within + lately,
        })
    }

    /// How many jobs of `queue` were done `within` this time, `most` at most.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time.
    pub async fn done_within(
        &self,
        queue: &str,
        within: Duration,
        most: u64,
    ) -> Result<u64, Error> {
        let since = time::off(server_now(&self.db).await?, -time::millis(within));
        self.ended_since(queue, JobState::Done, since, most).await
    }

    /// The index answers it alone.
    pub(super) async fn ended_since(
        &self,
        queue: &str,
        state: JobState,
        since: DateTime,
        most: u64,
    ) -> Result<u64, Error> {
        let query = doc! {
            f::QUEUE: queue, f::STATUS: state.stored(), f::FINISHED_AT: { "$gte": since },
        };
        self.collections
            .jobs(&self.db)
            .count_documents(query)
            .hint(Hint::Name(FINISHED.to_owned()))
            .limit(most)
            .max_time(MAX_TIME)
            .await
            .context("count the jobs that ended lately")
    }

    async fn newest_dead(&self, queue: &str, limit: u32) -> Result<Vec<RecentFailure>, Error> {
        let dead = doc! {
            f::QUEUE: queue, f::STATUS: Status::Failed, f::FINISHED_AT: since_epoch(),
        };
        let pipeline = vec![
            doc! { "$match": dead },
            doc! { "$sort": { f::FINISHED_AT: -1 } },
            doc! { "$limit": i64::from(limit.max(1)) },
            doc! { "$project": told(f::path(f::FINISHED_AT).into()) },
        ];
        self.failures(pipeline, FINISHED, JobState::Dead).await
    }

    async fn failed_and_waiting(&self, queue: &str) -> Result<Vec<RecentFailure>, Error> {
        let pipeline = vec![
            doc! { "$match": failed(queue) },
            doc! { "$sort": { f::CREATED_AT: -1 } },
            doc! { "$limit": LOOKED_AT },
            doc! { "$project": told(last_attempt_ended()) },
        ];
        self.failures(pipeline, UNFINISHED, JobState::Scheduled)
            .await
    }

    async fn failures(
        &self,
        pipeline: Vec<Document>,
        index: &str,
        state: JobState,
    ) -> Result<Vec<RecentFailure>, Error> {
        const OPERATION: &str = "list the newest failures";
        let jobs = self.collections.raw_jobs(&self.db);
        let find = jobs
            .aggregate(pipeline)
            .hint(Hint::Name(index.to_owned()))
            .max_time(MAX_TIME)
            .with_type::<RawDocumentBuf>();
        let found = find.await.context(OPERATION)?;
        let found: Vec<RawDocumentBuf> = found.try_collect().await.context(OPERATION)?;
        let failure = |raw: &RawDocumentBuf| {
            let fields = Fields(raw);
            Some(RecentFailure {
                id: fields.id(),
                queue: fields.text(f::QUEUE)?,
                state,
                at: fields.date(ENDED_AT)?,
                attempts: fields.count(f::ATTEMPTS),
                max_attempts: fields.count(f::MAX_ATTEMPTS),
                error: fields.text(f::LAST_ERROR).unwrap_or_default(),
            })
        };
        Ok(found.iter().filter_map(failure).collect())
    }
}

/// Jobs that failed and wait, as their index has them.
fn failed(queue: &str) -> Document {
    doc! {
        f::QUEUE: queue, f::STATUS: Status::Pending, f::ATTEMPTS: { "$gt": 0 },
        f::CREATED_AT: { "$gte": DateTime::MIN },
    }
}

/// A foreign document may have anything for a history.
fn last_attempt_ended() -> Bson {
    let ends = format!("{}.finished_at", f::path(f::HISTORY));
    let last = doc! { "$arrayElemAt": [&ends, -1] };
    doc! { "$cond": [{ "$isArray": &ends }, last, Bson::Null] }.into()
}

/// What is read of a failed job, neither its payload nor its history.
fn told(ended_at: Bson) -> Document {
    let error = f::path(f::LAST_ERROR);
    let is_text = doc! { "$eq": [{ "$type": &error }, "string"] };
    let cut = doc! { "$substrCP": [&error, 0, LONGEST_ERROR] };
    doc! {
        f::QUEUE: 1, f::ATTEMPTS: 1, f::MAX_ATTEMPTS: 1, ENDED_AT: ended_at,
        f::LAST_ERROR: { "$cond": [is_text, cut, ""] },
    }
}
