//! The states of a job: as stored, and as people see them.

use std::fmt;
use std::str::FromStr;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The status as stored. It is apalis' own vocabulary, so that a document reads the same here
/// as in apalis' board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Status {
    Pending,
    Running,
    Done,
    Failed,
    Killed,
}

impl Status {
    pub(crate) const ALL: [Self; 5] = [
        Self::Pending,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Killed,
    ];

    /// The status called `name`, if this version knows it.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Done => "Done",
            Self::Failed => "Failed",
            Self::Killed => "Killed",
        }
    }
}

impl From<Status> for mongodb::bson::Bson {
    fn from(status: Status) -> Self {
        Self::String(status.as_str().to_owned())
    }
}

/// The state of a job as people and programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time: run later, or backing off after a failure.
    Scheduled,
    /// Waits for a worker.
    Ready,
    /// Leased to a worker.
    Running,
    /// Succeeded.
    Done,
    /// Failed for good: attempts used up, a permanent error, an undecodable payload or quarantine.
    Dead,
    /// Cancelled by an operator.
    Cancelled,
    /// Not a job at all: a document that another program wrote, or a newer version of this crate,
    /// and that no worker of this version can read. `malformed` says why.
    Malformed,
}

impl JobState {
    /// The states of a job, in the order of its life; [`JobState::Malformed`] is none of them.
    pub const ALL: [Self; 6] = [
        Self::Scheduled,
        Self::Ready,
        Self::Running,
        Self::Done,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The name used on the wire: snake_case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Malformed => "malformed",
        }
    }

    /// Whether nothing happens to the job any more by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Dead | Self::Cancelled)
    }

    pub(crate) fn from_stored(status: Status, run_at: DateTime, now: DateTime) -> Self {
        match status {
            Status::Pending if run_at > now => Self::Scheduled,
            Status::Pending => Self::Ready,
            Status::Running => Self::Running,
            Status::Done => Self::Done,
            Status::Failed => Self::Dead,
            Status::Killed => Self::Cancelled,
        }
    }

    /// The stored status, of a state that has one.
    pub(crate) const fn stored(self) -> Option<Status> {
        match self {
            Self::Scheduled | Self::Ready => Some(Status::Pending),
            Self::Running => Some(Status::Running),
            Self::Done => Some(Status::Done),
            Self::Dead => Some(Status::Failed),
            Self::Cancelled => Some(Status::Killed),
            Self::Malformed => None,
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for JobState {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .chain([Self::Malformed])
            .find(|state| state.as_str() == name)
            .ok_or_else(|| Error::UnknownState(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_parses_from_its_own_name() {
        for state in JobState::ALL.into_iter().chain([JobState::Malformed]) {
            assert_eq!(state.to_string().parse::<JobState>().ok(), Some(state));
        }
        assert!("finished".parse::<JobState>().is_err());
    }
}
