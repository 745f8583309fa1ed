//! How a queue did over a time, from what its jobs remember.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::Hint;
use serde::Serialize;

use super::{MAX_TIME, Operator, Percentiles};
use crate::clock::server_now;
use crate::error::{Context, Error};
use crate::indexes::{FINISHED, UNFINISHED};
use crate::model::lenient::Fields;
use crate::model::{JobState, Outcome, Status, field as f, time};

/// So far jobs are counted.
const MOST: u64 = 1_000_000;

/// How a queue did over a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QueueStatistics {
    /// From then on,
    #[serde(serialize_with = "time::required")]
    pub since: DateTime,
    /// until then.
    #[serde(serialize_with = "time::required")]
    pub until: DateTime,
    /// Jobs that were done, and are still kept: a million at most, as of the others.
    pub done: u64,
    /// Jobs that died.
    pub dead: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// What follows is of so many jobs: the newest of each state.
    pub sampled_jobs: u64,
    /// How long attempts waited from when they were due until a worker took them.
    pub wait: Option<Percentiles>,
    /// How long they ran.
    pub run: Option<Percentiles>,
    /// How many attempts ended in which way, by the name of the [`Outcome`].
    pub attempts: BTreeMap<String, u64>,
}

impl QueueStatistics {
    /// How many of the attempts failed.
    #[must_use]
    pub fn failed_attempts(&self) -> u64 {
        let is_failure = |name: &str| {
            let outcome = Outcome::find(name);
            !matches!(
                outcome,
                Some(Outcome::Done | Outcome::Skipped | Outcome::Snoozed | Outcome::Released)
            )
        };
        let failed = self.attempts.iter().filter(|(name, _)| is_failure(name));
        failed.map(|(_, count)| count).sum()
    }
}

impl Operator {
    /// How `queue` did over the last `window`. Numbers of jobs are counted; how long attempts waited and
    /// ran, and how they ended, is read of those jobs of each kind (done, dead, and waiting after a
    /// failure) that came last, `sample` at most of each. Jobs that are not kept any more are not known
    /// of.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time.
    pub async fn statistics(
        &self,
        queue: &str,
        window: Duration,
        sample: u32,
    ) -> Result<QueueStatistics, Error> {
        let until = server_now(&self.db).await?;
        let since = time::off(until, -time::millis(window));
        let count = |state| self.ended_since(queue, state, since, MOST);
        let (done, dead) = (count(JobState::Done).await?, count(JobState::Dead).await?);
        let cancelled = count(JobState::Cancelled).await?;
        let mut sampled = Sampled::default();
        for (query, index, order) in samples(queue, since) {
            for raw in self.remembered(query, index, order, sample).await? {
                sampled.add(Fields(&raw), since);
            }
        }
        Ok(QueueStatistics {
            since,
            until,
            done,
            dead,
            cancelled,
            sampled_jobs: sampled.jobs,
            wait: Percentiles::of(sampled.waits),
            run: Percentiles::of(sampled.runs),
            attempts: sampled.attempts,
        })
    }

    async fn remembered(
        &self,
        query: Document,
        index: &str,
        order: &str,
        limit: u32,
    ) -> Result<Vec<RawDocumentBuf>, Error> {
        const OPERATION: &str = "read what jobs remember";
        let jobs = self.collections.raw_jobs(&self.db);
        let find = jobs
            .find(query)
            .hint(Hint::Name(index.to_owned()))
            .sort(doc! { order: -1 })
            .limit(i64::from(limit.max(1)))
            .projection(doc! { f::RUN_AT: 1, f::HISTORY: 1 })
            .max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        found.try_collect().await.context(OPERATION)
    }
}

/// The queries of the samples, each with its index and what that is ordered by.
fn samples(queue: &str, since: DateTime) -> [(Document, &'static str, &'static str); 3] {
    let ended = |status: Status| {
        let query = doc! {
            f::QUEUE: queue, f::STATUS: status, f::FINISHED_AT: { "$gte": since },
        };
        (query, FINISHED, f::FINISHED_AT)
    };
    let waiting = doc! {
        f::QUEUE: queue, f::STATUS: Status::Pending, f::ATTEMPTS: { "$gt": 0 },
        f::CREATED_AT: { "$gte": DateTime::MIN },
    };
    [
        ended(Status::Done),
        ended(Status::Failed),
        (waiting, UNFINISHED, f::CREATED_AT),
    ]
}

#[derive(Debug, Default)]
struct Sampled {
    jobs: u64,
    waits: Vec<i64>,
    runs: Vec<i64>,
    attempts: BTreeMap<String, u64>,
}

impl Sampled {
    /// Adds the attempts of a job that ended at `since` or later.
    fn add(&mut self, job: Fields<'_>, since: DateTime) {
        let history = job.list(f::HISTORY);
        let last = history.len().saturating_sub(1);
        let mut is_sampled = false;
        for (number, attempt) in history.iter().enumerate() {
            // When the last attempt was due stands in the job where it is not remembered.
            let due_at = (number == last).then(|| job.date(f::RUN_AT)).flatten();
            is_sampled |= self.add_attempt(attempt, due_at, since).is_some();
        }
        self.jobs += u64::from(is_sampled);
    }

    fn add_attempt(
        &mut self,
        attempt: &Bson,
        due_at: Option<DateTime>,
        since: DateTime,
    ) -> Option<()> {
        let attempt = attempt.as_document()?;
        let date = |field: &str| attempt.get_datetime(field).ok().copied();
        let (started_at, finished_at) = (date("started_at")?, date("finished_at")?);
        if finished_at < since {
            return None;
        }
        self.runs.push(time::between(started_at, finished_at));
        if let Some(due_at) = date("due_at").or(due_at) {
            self.waits.push(time::between(due_at, started_at));
        }
        let outcome = attempt.get_str("outcome").unwrap_or("unknown");
        *self.attempts.entry(outcome.to_owned()).or_default() += 1;
        Some(())
    }
}
