//! What can be done to jobs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::audit::Act;
use crate::queue::JobState;
use crate::queue::backend::operator::Change;

/// What is done to jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Dead and cancelled jobs run again, with all their attempts.
    Retry,
    /// Jobs that wait for their time are due now.
    RunNow,
    /// Jobs that wait or run are never run again by themselves.
    Cancel,
    /// Jobs that do not run are removed.
    Delete,
    /// Running jobs are taken from their workers and are ready for others.
    Release,
}

/// Why a text names no verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be retry, run-now, cancel, delete or release")]
pub struct ParseVerbError;

impl Verb {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Retry,
        Self::RunNow,
        Self::Cancel,
        Self::Delete,
        Self::Release,
    ];

    /// The word on the command line, in addresses and as stored; frozen.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RunNow => "run-now",
            Self::Cancel => "cancel",
            Self::Delete => "delete",
            Self::Release => "release",
        }
    }

    /// What has become of a job, for people: "3 jobs were …".
    pub const fn past(self) -> &'static str {
        match self {
            Self::Retry => "retried",
            Self::RunNow => "made due",
            Self::Cancel => "cancelled",
            Self::Delete => "deleted",
            Self::Release => "released",
        }
    }

    /// The states of the jobs that it can be done to.
    pub const fn states(self) -> &'static [JobState] {
        match self {
            Self::Retry => &[JobState::Dead, JobState::Cancelled],
            Self::RunNow => &[JobState::Scheduled, JobState::Ready],
            Self::Cancel => &[JobState::Scheduled, JobState::Ready, JobState::Running],
            Self::Delete => &[
                JobState::Scheduled,
                JobState::Ready,
                JobState::Done,
                JobState::Dead,
                JobState::Cancelled,
                JobState::Malformed,
            ],
            Self::Release => &[JobState::Running],
        }
    }

    /// Whether it can be done to a job in `state`.
    pub fn applies_to(self, state: JobState) -> bool {
        self.states().contains(&state)
    }

    /// Whether jobs run because of it, so that their failures can stop it.
    pub const fn makes_run(self) -> bool {
        matches!(self, Self::Retry | Self::RunNow | Self::Release)
    }

    /// What the audit calls it.
    pub const fn act(self) -> Act {
        match self {
            Self::Retry => Act::RetryJobs,
            Self::RunNow => Act::RunJobsNow,
            Self::Cancel => Act::CancelJobs,
            Self::Delete => Act::DeleteJobs,
            Self::Release => Act::ReleaseJobs,
        }
    }

    /// What the queue calls it.
    pub const fn change(self) -> Change {
        match self {
            Self::Retry => Change::Retry,
            Self::RunNow => Change::RunNow,
            Self::Cancel => Change::Cancel,
            Self::Delete => Change::Delete,
            Self::Release => Change::Release,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Verb {
    type Err = ParseVerbError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|verb| verb.as_str() == text).ok_or(ParseVerbError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_reads_back_as_itself_and_is_stored_as_it_is_typed() {
        for verb in Verb::ALL {
            assert_eq!(verb.as_str().parse(), Ok(verb));
            let stored = serde_json::to_value(verb).expect("a verb has a JSON form");
            assert_eq!(stored, verb.as_str());
        }
        assert_eq!("undo".parse::<Verb>(), Err(ParseVerbError));
    }

    #[test]
    fn a_job_can_be_deleted_in_every_state_but_running() {
        for state in JobState::ALL {
            let is_running = state == JobState::Running;
            assert_ne!(Verb::Delete.applies_to(state), is_running, "{state}");
            assert_eq!(Verb::Release.applies_to(state), is_running, "{state}");
        }
    }
}
