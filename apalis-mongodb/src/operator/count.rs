//! Counts jobs by state, from indexes alone.

use std::collections::{BTreeMap, BTreeSet};

use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::Hint;
use serde::{Deserialize, Serialize};

use super::{MAX_TIME, Operator};
use crate::clock::server_now;
use crate::error::{Context, Error};
use crate::indexes::{CLAIM, FINISHED, LEASE, since_epoch};
use crate::model::{JobState, Status, field as f};

/// How many jobs of a queue are in each state, by their stored status. Documents that are no jobs
/// count as what their status says, and not at all if it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCounts {
    /// Jobs waiting for their time.
    pub scheduled: u64,
    /// Jobs waiting for a worker.
    pub ready: u64,
    /// Jobs leased to a worker.
    pub running: u64,
    /// Jobs that succeeded and are still kept.
    pub done: u64,
    /// Jobs that failed for good and are still kept.
    pub dead: u64,
    /// Jobs an operator cancelled and that are still kept.
    pub cancelled: u64,
}

impl QueueCounts {
    /// The number of jobs in `state`; 0 for [`JobState::Malformed`], which no index tells.
    #[must_use]
    pub fn of(&self, state: JobState) -> u64 {
        match state {
            JobState::Scheduled => self.scheduled,
            JobState::Ready => self.ready,
            JobState::Running => self.running,
            JobState::Done => self.done,
            JobState::Dead => self.dead,
            JobState::Cancelled => self.cancelled,
            JobState::Malformed => 0,
        }
    }

    pub(super) fn set(&mut self, state: JobState, count: u64) {
        let field = match state {
            JobState::Scheduled => &mut self.scheduled,
            JobState::Ready => &mut self.ready,
            JobState::Running => &mut self.running,
            JobState::Done => &mut self.done,
            JobState::Dead => &mut self.dead,
            JobState::Cancelled => &mut self.cancelled,
            JobState::Malformed => return,
        };
        *field = count;
    }
}

impl Operator {
    /// The counts of every queue, or of the one asked for, which is listed even when empty. Ask
    /// [`Operator::recent_counts`] instead if you ask often.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails, [`Error::TimedOut`] when it does not tell its time.
    pub async fn count_by_state(
        &self,
        queue: Option<&str>,
    ) -> Result<BTreeMap<String, QueueCounts>, Error> {
        let names = match queue {
            Some(queue) => BTreeSet::from([queue.to_owned()]),
            None => self.queue_names().await?,
        };
        let now = server_now(&self.db).await?;
        let mut counts = BTreeMap::new();
        for name in names {
            let of_queue = self.count_queue(&name, now).await?;
            counts.insert(name, of_queue);
        }
        Ok(counts)
    }

    async fn count_queue(&self, queue: &str, now: DateTime) -> Result<QueueCounts, Error> {
        let mut counts = QueueCounts::default();
        for state in JobState::ALL {
            counts.set(state, self.count_at(queue, state, Some(now)).await?);
        }
        Ok(counts)
    }

    pub(super) async fn count_state(&self, queue: &str, state: JobState) -> Result<u64, Error> {
        let now = match state {
            JobState::Scheduled | JobState::Ready => Some(server_now(&self.db).await?),
            _ => None,
        };
        self.count_at(queue, state, now).await
    }

    /// As it was at `now`, which the states of waiting jobs need.
    async fn count_at(
        &self,
        queue: &str,
        state: JobState,
        now: Option<DateTime>,
    ) -> Result<u64, Error> {
        let Some(status) = state.stored() else {
            return Ok(0);
        };
        let (query, index) = counted_by(queue, state, status, now);
        self.collections
            .jobs(&self.db)
            .count_documents(query)
            .hint(Hint::Name(index.to_owned()))
            .max_time(MAX_TIME)
            .await
            .context("count jobs")
    }
}

/// The query and the index that counts a state without reading a document. An index alone can
/// compare with an instant, not with `$$NOW`; so scheduled and ready are told apart by `now`.
fn counted_by(
    queue: &str,
    state: JobState,
    status: Status,
    now: Option<DateTime>,
) -> (Document, &'static str) {
    let mut query = doc! { f::QUEUE: queue, f::STATUS: status };
    let index = match state {
        JobState::Scheduled => {
            query.insert(f::RUN_AT, doc! { "$gt": now });
            CLAIM
        }
        JobState::Ready => {
            query.insert(f::RUN_AT, doc! { "$lte": now });
            CLAIM
        }
        JobState::Running => LEASE,
        JobState::Done | JobState::Dead | JobState::Cancelled | JobState::Malformed => {
            query.insert(f::FINISHED_AT, since_epoch());
            FINISHED
        }
    };
    (query, index)
}
