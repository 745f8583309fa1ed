//! Queues on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::overview::{QueueOverview, QueueState, Rates};
use dossier_common::queue::backend::Parking;
use dossier_common::queue::backend::operator::QueueCounts;
use serde::Serialize;
use utoipa::ToSchema;

use super::QueueLimitsResponse;
use super::number::millis;

/// Whether workers take jobs of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QueueState)]
pub enum QueueStateName {
    /// They do.
    Runs,
    /// They take one now and then, to see whether what the jobs need is there again.
    Parked,
    /// They take none.
    Paused,
}

impl From<QueueState> for QueueStateName {
    fn from(state: QueueState) -> Self {
        match state {
            QueueState::Runs => Self::Runs,
            QueueState::Parked => Self::Parked,
            QueueState::Paused => Self::Paused,
        }
    }
}

/// Why and since when a queue is parked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Parking)]
pub struct ParkingResponse {
    /// Since when.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub since: String,
    /// Why.
    #[schema(example = "the mail server refuses everybody: 421 4.3.2 too busy")]
    pub reason: String,
    /// How many milliseconds it is from the start of one job to that of the next.
    #[schema(minimum = 1, example = 30000)]
    pub probe_ms: u64,
}

/// How many jobs of a queue are in each state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QueueCounts)]
pub struct QueueCountsResponse {
    /// They wait for their time.
    #[schema(minimum = 0)]
    pub scheduled: u64,
    /// They wait for a worker.
    #[schema(minimum = 0)]
    pub ready: u64,
    /// A worker has them.
    #[schema(minimum = 0)]
    pub running: u64,
    /// They succeeded and are still kept.
    #[schema(minimum = 0)]
    pub done: u64,
    /// They failed for good and are still kept.
    #[schema(minimum = 0)]
    pub dead: u64,
    /// They were cancelled and are still kept.
    #[schema(minimum = 0)]
    pub cancelled: u64,
}

/// How many jobs of a queue ended in the last minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QueueRates)]
pub struct QueueRatesResponse {
    /// They were done.
    #[schema(minimum = 0)]
    pub done_per_minute: u64,
    /// Their last attempt failed; they are dead, or wait for another attempt.
    #[schema(minimum = 0)]
    pub failed_per_minute: u64,
    /// Those of them that are dead.
    #[schema(minimum = 0)]
    pub dead_per_minute: u64,
}

/// A queue at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Queue)]
pub struct QueueResponse {
    /// Its name.
    #[schema(example = "send-email")]
    pub name: String,
    /// Whether workers take its jobs.
    pub state: QueueStateName,
    /// Since when it is paused.
    #[schema(required, format = DateTime)]
    pub paused_at: Option<String>,
    /// Why and since when it is parked.
    #[schema(required)]
    pub parked: Option<ParkingResponse>,
    /// How fast and how wide it may run.
    pub limits: QueueLimitsResponse,
    /// What is wrong with its settings, if they cannot be read.
    #[schema(required)]
    pub malformed: Option<String>,
    /// How many jobs are in each state.
    pub counts: QueueCountsResponse,
    /// How many of the waiting jobs have failed before.
    #[schema(minimum = 0)]
    pub retrying: u64,
    /// How many milliseconds the oldest ready job has been due.
    #[schema(required, minimum = 0)]
    pub oldest_ready_ms: Option<u64>,
    /// How many milliseconds the oldest job has been due that is not finished, jobs that failed included.
    #[schema(required, minimum = 0)]
    pub oldest_unfinished_ms: Option<u64>,
    /// How many jobs ended in the last minute.
    pub rates: QueueRatesResponse,
    /// How many workers that are alive take its jobs.
    #[schema(minimum = 0)]
    pub workers: usize,
}

/// All queues.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueueList {
    /// The queues.
    #[schema(max_items = 1000)]
    pub items: Vec<QueueResponse>,
}

impl From<Parking> for ParkingResponse {
    fn from(parked: Parking) -> Self {
        Self {
            since: rfc3339(parked.since),
            reason: parked.reason,
            probe_ms: millis(parked.probe_every),
        }
    }
}

impl From<QueueCounts> for QueueCountsResponse {
    fn from(counts: QueueCounts) -> Self {
        Self {
            scheduled: counts.scheduled,
            ready: counts.ready,
            running: counts.running,
            done: counts.done,
            dead: counts.dead,
            cancelled: counts.cancelled,
        }
    }
}

impl From<Rates> for QueueRatesResponse {
    fn from(rates: Rates) -> Self {
        Self {
            done_per_minute: rates.done,
            failed_per_minute: rates.failed,
            dead_per_minute: rates.dead,
        }
    }
}

impl From<QueueOverview> for QueueResponse {
    fn from(queue: QueueOverview) -> Self {
        Self {
            name: queue.name,
            state: queue.state.into(),
            paused_at: queue.paused_at.map(rfc3339),
            parked: queue.parked.map(Into::into),
            limits: queue.limits.into(),
            malformed: queue.malformed,
            counts: queue.counts.into(),
            retrying: queue.retrying,
            oldest_ready_ms: queue.oldest_ready.map(millis),
            oldest_unfinished_ms: queue.oldest_unfinished.map(millis),
            rates: queue.rates.into(),
            workers: queue.workers,
        }
    }
}
