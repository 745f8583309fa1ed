//! What a job remembers of each of its attempts.

use std::fmt;

use mongodb::bson::DateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::time;

/// How an attempt ended.
///
/// Serialises as its name, and reads any name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The handler succeeded.
    Done,
    /// The handler succeeded without doing anything, and said why
    /// ([`JobHandle::skip`](crate::JobHandle::skip)).
    Skipped,
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
    /// The worker sent no heartbeat for a whole lease.
    LeaseExpired,
    /// Given back unfinished by a worker that shut down; not counted.
    Released,
    /// The payload could not be decoded.
    Undecodable,
    /// An operator cancelled the job while it ran.
    Cancelled,
    /// An outcome that this version does not know: a newer one wrote it.
    Other(OutcomeName),
}

impl Outcome {
    /// The outcomes that this version knows.
    const KNOWN: [Self; 12] = [
        Self::Done,
        Self::Skipped,
        Self::Failed,
        Self::RetryAfter,
        Self::Snoozed,
        Self::Aborted,
        Self::Panicked,
        Self::TimedOut,
        Self::LeaseExpired,
        Self::Released,
        Self::Undecodable,
        Self::Cancelled,
    ];

    /// The name used in documents, metrics and logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
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
            Self::Other(name) => name.as_str(),
        }
    }

    /// The outcomes that this version knows, for whoever offers a choice of them.
    #[must_use]
    pub fn known() -> &'static [Self] {
        &Self::KNOWN
    }

    /// The outcome with this name, if this version knows it.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|known| known.as_str() == name)
    }

    /// Whether the attempt has failed; of an outcome that this version does not know it does not say so.
    #[must_use]
    pub fn is_failure(self) -> bool {
        match self {
            Self::Failed
            | Self::RetryAfter
            | Self::Aborted
            | Self::Panicked
            | Self::TimedOut
            | Self::LeaseExpired
            | Self::Undecodable => true,
            Self::Done
            | Self::Skipped
            | Self::Snoozed
            | Self::Released
            | Self::Cancelled
            | Self::Other(_) => false,
        }
    }

    fn named(name: &str) -> Self {
        Self::find(name).unwrap_or_else(|| Self::Other(OutcomeName::of(name)))
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::named(&String::deserialize(deserializer)?))
    }
}

/// Longer names than any outcome will have are cut.
const MAX_NAME_BYTES: usize = 31;

/// The name of an [`Outcome`] that this version does not know, cut after 31 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutcomeName {
    bytes: [u8; MAX_NAME_BYTES],
    len: u8,
}

impl OutcomeName {
    fn of(name: &str) -> Self {
        let mut end = name.len().min(MAX_NAME_BYTES);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        let name = &name[..end];
        let mut bytes = [0; MAX_NAME_BYTES];
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        Self {
            bytes,
            len: u8::try_from(name.len()).unwrap_or(0),
        }
    }

    /// The name as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Debug for OutcomeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// One attempt of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Its number, from 1.
    pub attempt: u32,
    /// The worker that made it: `name@instance`.
    pub worker: String,
    /// When it was due, so that it waited from then on. Unknown of attempts that an older version
    /// made, of those that reached no handler, and of one that succeeded without a value: then it is
    /// the job's [`run_at`](super::JobRecord::run_at).
    #[serde(default, serialize_with = "time::optional")]
    pub due_at: Option<DateTime>,
    /// When the worker took the job.
    #[serde(serialize_with = "time::required")]
    pub started_at: DateTime,
    /// When the attempt ended.
    #[serde(serialize_with = "time::required")]
    pub finished_at: DateTime,
    /// How it ended.
    pub outcome: Outcome,
    /// The error's text, if it ended in one; why it did nothing, if it was skipped.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_from_its_own_name_and_written_as_it_was_read() {
        for outcome in Outcome::KNOWN {
            assert_eq!(Outcome::named(outcome.as_str()), outcome);
        }
        assert_eq!(Outcome::named("preempted").as_str(), "preempted");
        let long = "é".repeat(40);
        assert_eq!(Outcome::named(&long).as_str(), "é".repeat(15));
    }
}
