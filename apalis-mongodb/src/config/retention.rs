//! How long finished jobs are kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::JobState;

/// How long a job is kept after its final state; `None` keeps it for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Jobs that succeeded.
    pub done: Option<Duration>,
    /// Jobs that failed for good.
    pub dead: Option<Duration>,
    /// Jobs an operator cancelled.
    pub cancelled: Option<Duration>,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self {
            done: Some(DAY),
            dead: Some(30 * DAY),
            cancelled: Some(30 * DAY),
        }
    }
}

impl Retention {
    /// The time a job in `state` is kept; `None` also for states that are not final.
    #[must_use]
    pub fn of(&self, state: JobState) -> Option<Duration> {
        match state {
            JobState::Done => self.done,
            JobState::Dead => self.dead,
            JobState::Cancelled => self.cancelled,
            JobState::Scheduled | JobState::Ready | JobState::Running | JobState::Malformed => None,
        }
    }
}
