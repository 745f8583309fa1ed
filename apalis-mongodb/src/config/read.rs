//! What a configuration says.

use std::time::Duration;

use super::{Collections, Config};
use crate::model::JobState;

/// A busy server's answer may take a second.
const SHORTEST_CALL_LIMIT: Duration = Duration::from_secs(2);
const LONGEST_CALL_LIMIT: Duration = Duration::from_secs(15);

impl Config {
    /// The queue's name.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// The names of the collections.
    #[must_use]
    pub fn collections(&self) -> &Collections {
        &self.collections
    }

    /// How long a claim holds without being renewed.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease_duration
    }

    /// How long jobs that ended in `state` are kept; `None` for good.
    #[must_use]
    pub fn kept(&self, state: JobState) -> Option<Duration> {
        self.retention.of(state)
    }

    /// How long one call of a worker may take before it is given up: three fit into a lease.
    pub(crate) fn call_limit(&self) -> Duration {
        (self.lease_duration / 3).clamp(SHORTEST_CALL_LIMIT, LONGEST_CALL_LIMIT)
    }

    /// The renewal interval in force.
    pub(crate) fn heartbeat(&self) -> Duration {
        self.heartbeat_interval.unwrap_or(self.lease_duration / 3)
    }
}
