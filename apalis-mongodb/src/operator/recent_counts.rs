//! Counts that cost the same however many jobs there are: kept with the queue, and counted anew by
//! whoever finds them too old.
//!
//! They are not incremented with every change of a job. Time alone makes a scheduled job a ready
//! one, and workers remove finished ones; neither tells a counter. And a counter
//! would be the one document that everybody who enqueues in a transaction writes. Each state is
//! counted at its own pace, so that millions of finished jobs keep nobody from knowing how many wait.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::{MAX_TIME, Operator, QueueCounts};
use crate::compat;
use crate::error::{Context, Error};
use crate::model::{JobState, field as f, time};

const COUNTS: &str = "counts";
const COUNTING_UNTIL: &str = "counting_until";
const NOW: &str = "now";
/// Counting one state may take this share of the time.
const SHARE: u32 = 100;
/// Whoever counts longer has died.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many jobs are in a state, by the last count.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Counted {
    jobs: u64,
    at: DateTime,
    #[serde(with = "crate::model::millis")]
    cost: Duration,
}

impl Counted {
    /// Whether it is older than `max_age`, and than counting takes a hundred times. One that is ahead
    /// of the server's clock may have any age: that was set back.
    fn is_too_old(&self, max_age: Duration, now: DateTime) -> bool {
        let oldest = max_age.max(self.cost * SHARE);
        let age = time::between(self.at, now);
        !(0..=time::millis(oldest)).contains(&age)
    }
}

impl Operator {
    /// The counts of `queue`, each as it was at most `max_age` ago, and longer ago only where
    /// counting that state takes so long that it would be a hundredth of the time. For whoever asks
    /// often, such as a metrics endpoint: of many processes that ask at once, one counts.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time.
    pub async fn recent_counts(
        &self,
        queue: &str,
        max_age: Duration,
    ) -> Result<QueueCounts, Error> {
        let (known, now) = self.stored_counts(queue).await?;
        let mut counts = QueueCounts::default();
        let mut too_old = Vec::new();
        for state in JobState::ALL {
            let counted = known.get(&state);
            counts.set(state, counted.map_or(0, |counted| counted.jobs));
            if counted.is_none_or(|counted| counted.is_too_old(max_age, now)) {
                too_old.push(state);
            }
        }
        if too_old.is_empty() {
            return Ok(counts);
        }
        let mine = self.reserve_counting(queue).await?;
        // Before the first count of all there is nothing to make do with.
        if mine || known.len() < JobState::ALL.len() {
            self.recount(queue, &too_old, &mut counts).await?;
        }
        Ok(counts)
    }

    /// What is stored, and the server's time.
    async fn stored_counts(
        &self,
        queue: &str,
    ) -> Result<(HashMap<JobState, Counted>, DateTime), Error> {
        let queues = self.collections.queues(&self.db);
        let found = queues
            .find_one(doc! { f::ID: queue })
            .projection(doc! { COUNTS: 1, NOW: "$$NOW" })
            .max_time(MAX_TIME)
            .await
            .context("read a queue's counts")?
            .unwrap_or_default();
        let now = found.get_datetime(NOW).copied().unwrap_or(DateTime::MIN);
        let counted = |state: JobState| {
            let stored = found.get_document(COUNTS).ok()?.get(state.as_str())?;
            Some((state, compat::from_bson(stored.clone()).ok()?))
        };
        Ok((JobState::ALL.into_iter().filter_map(counted).collect(), now))
    }

    /// Whether it is for us to count, and not for another process that began before.
    async fn reserve_counting(&self, queue: &str) -> Result<bool, Error> {
        let until = doc! { "$ifNull": [f::path(COUNTING_UNTIL), DateTime::from_millis(0)] };
        let longest = doc! { "$add": ["$$NOW", time::millis(PATIENCE)] };
        // One that ends later was written before the server's clock was set back.
        let free = doc! { "$or": [
            { "$lt": [&until, "$$NOW"] },
            { "$gt": [&until, &longest] },
        ] };
        let mine = doc! { "$set": { COUNTING_UNTIL: longest } };
        let queues = self.collections.queues(&self.db);
        let outcome = queues
            .update_one(doc! { f::ID: queue, "$expr": free }, vec![mine])
            .await
            .context("reserve the counting of a queue")?;
        Ok(outcome.matched_count == 1)
    }

    /// Counts `states`, for `counts` and for the store.
    async fn recount(
        &self,
        queue: &str,
        states: &[JobState],
        counts: &mut QueueCounts,
    ) -> Result<(), Error> {
        let mut fields = Document::new();
        for state in states {
            let began = Instant::now();
            let jobs = self.count_state(queue, *state).await?;
            let cost = began.elapsed();
            counts.set(*state, jobs);
            let stored = doc! {
                "jobs": i64::try_from(jobs).unwrap_or(i64::MAX),
                "at": "$$NOW",
                "cost": time::millis(cost),
            };
            fields.insert(format!("{COUNTS}.{}", state.as_str()), stored);
        }
        let update = vec![doc! { "$set": fields }, doc! { "$unset": COUNTING_UNTIL }];
        let queues = self.collections.queues(&self.db);
        queues
            .update_one(doc! { f::ID: queue }, update)
            .upsert(true)
            .await
            .context("store a queue's counts")?;
        Ok(())
    }
}
