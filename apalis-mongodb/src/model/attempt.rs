//! What a job remembers of each of its attempts.

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use super::time;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The handler succeeded.
    Done,
    /// The handler returned an error.
    Failed,
    /// The handler asked for another attempt after a time of its choice.
    RetryAfter,
    /// The handler put the job off; nothing failed.
    Snoozed,
    /// The handler said that no further attempt can help.
    Aborted,
    /// The handler panicked.
    Panicked,
    /// The handler ran longer than its timeout.
    TimedOut,
    /// The worker was not heard of for a whole lease.
    LeaseExpired,
    /// Given back unfinished by a worker that shut down; not counted.
    Released,
    /// The payload could not be decoded.
    Undecodable,
    /// An operator cancelled the job while it ran.
    Cancelled,
}

impl Outcome {
    /// The name used in documents, metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::RetryAfter => "retry_after",
            Self::Snoozed => "snoozed",
            Self::Aborted => "aborted",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::LeaseExpired => "lease_expired",
            Self::Released => "released",
            Self::Undecodable => "undecodable",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One attempt of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Its number, from 1.
    pub attempt: u32,
    /// The worker that made it: `name@instance`.
    pub worker: String,
    /// When the worker took the job.
    #[serde(serialize_with = "time::required")]
    pub started_at: DateTime,
    /// When the attempt ended.
    #[serde(serialize_with = "time::required")]
    pub finished_at: DateTime,
    /// How it ended.
    pub outcome: Outcome,
    /// The error's text, if it ended in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A line a handler left with its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was written.
    #[serde(serialize_with = "time::required")]
    pub at: DateTime,
    /// The attempt that wrote it.
    pub attempt: u32,
    /// The text.
    pub line: String,
}
