//! Counts jobs by state, from indexes alone.

use std::collections::BTreeMap;

use mongodb::Database;
use mongodb::bson::{Document, doc};
use mongodb::options::Hint;
use serde::{Deserialize, Serialize};

use super::MAX_TIME;
use crate::clock::server_now;
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::indexes::{CLAIM, since_epoch};
use crate::model::{JobState, field as f};

/// How many jobs of a queue are in each state.
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
    /// The number of jobs in `state`.
    #[must_use]
    pub fn of(&self, state: JobState) -> u64 {
        match state {
            JobState::Scheduled => self.scheduled,
            JobState::Ready => self.ready,
            JobState::Running => self.running,
            JobState::Done => self.done,
            JobState::Dead => self.dead,
            JobState::Cancelled => self.cancelled,
        }
    }

    pub(super) fn set(&mut self, state: JobState, count: u64) {
        *match state {
            JobState::Scheduled => &mut self.scheduled,
            JobState::Ready => &mut self.ready,
            JobState::Running => &mut self.running,
            JobState::Done => &mut self.done,
            JobState::Dead => &mut self.dead,
            JobState::Cancelled => &mut self.cancelled,
        } = count;
    }
}

/// The counts of every queue, or of the one asked for, which is listed even when empty.
///
/// # Errors
///
/// When the database fails.
pub async fn count_by_state(
    db: &Database,
    collections: &Collections,
    queue: Option<&str>,
) -> Result<BTreeMap<String, QueueCounts>, Error> {
    let names = match queue {
        Some(queue) => vec![queue.to_owned()],
        None => super::queues::names(db, collections).await?,
    };
    let mut counts = BTreeMap::new();
    for name in names {
        let of_queue = count_queue(db, collections, &name).await?;
        counts.insert(name, of_queue);
    }
    Ok(counts)
}

async fn count_queue(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<QueueCounts, Error> {
    let mut counts = QueueCounts::default();
    for state in JobState::ALL {
        counts.set(state, count_state(db, collections, queue, state).await?);
    }
    Ok(counts)
}

pub(super) async fn count_state(
    db: &Database,
    collections: &Collections,
    queue: &str,
    state: JobState,
) -> Result<u64, Error> {
    let (query, index) = counted_by(db, queue, state).await?;
    collections
        .jobs(db)
        .count_documents(query)
        .hint(Hint::Name(index.to_owned()))
        .max_time(MAX_TIME)
        .await
        .context("count jobs")
}

/// The query and the index that counts a state without reading a document. An index alone can
/// compare with an instant, not with `$$NOW`; so the server is asked for its time first.
async fn counted_by(
    db: &Database,
    queue: &str,
    state: JobState,
) -> Result<(Document, &'static str), Error> {
    let mut query = doc! { f::QUEUE: queue, f::STATUS: state.stored() };
    let index = match state {
        JobState::Scheduled => {
            query.insert(f::RUN_AT, doc! { "$gt": server_now(db).await? });
            CLAIM
        }
        JobState::Ready => {
            query.insert(f::RUN_AT, doc! { "$lte": server_now(db).await? });
            CLAIM
        }
        JobState::Running => "lease",
        JobState::Done | JobState::Dead | JobState::Cancelled => {
            query.insert(f::FINISHED_AT, since_epoch());
            "finished"
        }
    };
    Ok((query, index))
}
