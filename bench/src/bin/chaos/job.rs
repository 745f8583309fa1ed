//! The jobs, and the names that all processes of a run agree on.

use std::time::Duration;

use apalis_mongodb::{Config, RetryStrategy};
use serde::{Deserialize, Serialize};

/// The queue of all jobs.
pub(crate) const QUEUE: &str = "chaos";

/// The database of a run.
pub(crate) const DATABASE: &str = "chaos";

/// One document for each start of a handler, by the server's clock.
pub(crate) const STARTS: &str = "chaos_starts";

/// One document for each effect that was committed with its job's completion.
pub(crate) const EFFECTS: &str = "chaos_effects";

/// What the producer commits together with a job.
pub(crate) const ORDERS: &str = "chaos_orders";

/// One document for each worker process.
pub(crate) const PROCESSES: &str = "chaos_processes";

/// The wait between two attempts: short, for what is to be seen is recovery and not back-off.
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// Workers are killed here for no fault of their jobs, so no job is to be quarantined for it.
const MAX_CRASHES: u32 = 1000;

/// A failure of the server or the network fails the attempts that meet it, and none is to run out.
const MAX_ATTEMPTS: u32 = 100;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Runs; it may do so more than once.
    Plain,
    /// Has an effect, in one transaction with its completion.
    Transactional,
    /// Fails at its first attempt.
    FailsOnce,
    /// Says that no attempt can help, and is to become dead.
    Doomed,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Transactional => "transactional",
            Self::FailsOnce => "fails once",
            Self::Doomed => "doomed",
        }
    }
}

/// A job's payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Unique among those the producer enqueues.
    pub(crate) number: u32,
    pub(crate) kind: Kind,
    /// How long the handler works, in milliseconds.
    pub(crate) work_ms: u32,
}

/// The queue's configuration, for the producer and the workers.
pub(crate) fn config(lease: Duration, slots: usize) -> Config {
    Config::new(QUEUE)
        .concurrency(slots)
        .lease_duration(lease)
        .retry(RetryStrategy::Fixed(RETRY_AFTER))
        .max_attempts(MAX_ATTEMPTS)
        .max_crashes(MAX_CRASHES)
}
