//! A queue in the overview.

use std::time::Duration;

use apalis_mongodb::operator::{QueueCounts, QueueRecord};
use apalis_mongodb::{Parking, QueueLimits};
use mongodb::bson::DateTime;
use serde::Serialize;

use super::instant;

/// Whether workers take jobs of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// They do.
    Runs,
    /// They take one now and then, to see whether what the jobs need is there again.
    Parked,
    /// They take none: an operator or an admin has paused it.
    Paused,
}

impl QueueState {
    /// Of a queue; one that is both paused and parked is paused.
    pub fn of(queue: &QueueRecord) -> Self {
        match (queue.paused, &queue.parked) {
            (true, _) => Self::Paused,
            (false, Some(_)) => Self::Parked,
            (false, None) => Self::Runs,
        }
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Parked => "parked",
            Self::Paused => "paused",
        }
    }
}

/// How many jobs ended in the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rates {
    /// Jobs that were done, [`MAX_COUNTED`](super::MAX_COUNTED) at most.
    #[serde(rename = "done_per_minute")]
    pub done: u64,
    /// Jobs whose last attempt failed: those that are dead now, and those that wait for another
    /// attempt. Of the latter 1000 at most are looked at, so in an outage there may be more.
    #[serde(rename = "failed_per_minute")]
    pub failed: u64,
    /// Those of `failed` that are dead, [`MAX_COUNTED`](super::MAX_COUNTED) at most.
    #[serde(rename = "dead_per_minute")]
    pub dead: u64,
}

/// A queue at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueueOverview {
    /// Its name.
    pub name: String,
    /// Whether workers take its jobs.
    pub state: QueueState,
    /// Since when it is paused.
    #[serde(serialize_with = "instant::optional")]
    pub paused_at: Option<DateTime>,
    /// Why and since when it is parked, if it is.
    pub parked: Option<Parking>,
    /// How fast and how wide it may run.
    pub limits: QueueLimits,
    /// What is wrong with its settings, if they cannot be read.
    pub malformed: Option<String>,
    /// How many jobs are in each state.
    pub counts: QueueCounts,
    /// How many of the waiting jobs have failed before, 1000 at most.
    pub retrying: u64,
    /// How long the oldest ready job has been due.
    #[serde(rename = "oldest_ready_ms", serialize_with = "instant::millis")]
    pub oldest_ready: Option<Duration>,
    /// How long the oldest job has been due that is not finished, jobs that failed included.
    #[serde(rename = "oldest_unfinished_ms", serialize_with = "instant::millis")]
    pub oldest_unfinished: Option<Duration>,
    /// How many jobs ended in the last minute.
    pub rates: Rates,
    /// How many workers take its jobs: those that are alive.
    pub workers: usize,
}
