//! How an attempt ends, on its way to the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::bson::Bson;
use tokio::sync::oneshot;

use crate::lease::Lease;
use crate::model::Outcome;

/// What becomes of the job.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Done {
        result: Option<Bson>,
    },
    /// Done, for there was nothing to do.
    Skipped {
        reason: String,
    },
    Retry {
        outcome: Outcome,
        error: String,
        delay: Duration,
    },
    /// Runs again later as if it had not been started.
    Snooze {
        outcome: Outcome,
        error: Option<String>,
        delay: Duration,
    },
    Dead {
        outcome: Outcome,
        error: String,
    },
    /// Dead, without anything that attempts left with the job: there is no room for more.
    Unstorable {
        error: String,
    },
    /// Given back as if it had not been started.
    Release,
}

impl Verdict {
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Done { .. } => Outcome::Done,
            Self::Skipped { .. } => Outcome::Skipped,
            Self::Retry { outcome, .. }
            | Self::Snooze { outcome, .. }
            | Self::Dead { outcome, .. } => *outcome,
            Self::Unstorable { .. } => Outcome::Failed,
            Self::Release => Outcome::Released,
        }
    }

    /// Whether the job is done with it.
    pub(crate) fn is_success(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Skipped { .. })
    }

    /// Why it failed, or did nothing.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Skipped { reason } => Some(reason),
            verdict => verdict.error(),
        }
    }

    /// Why it failed.
    pub(crate) fn error(&self) -> Option<&str> {
        match self {
            Self::Retry { error, .. } | Self::Dead { error, .. } | Self::Unstorable { error } => {
                Some(error)
            }
            Self::Snooze { error, .. } => error.as_deref(),
            Self::Done { .. } | Self::Skipped { .. } | Self::Release => None,
        }
    }

    /// Whether the attempt goes into the job's history.
    pub(crate) fn is_remembered(&self) -> bool {
        !matches!(self, Self::Unstorable { .. })
    }
}

/// What the store said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ack {
    /// The verdict stands in the store.
    Applied,
    /// The lease was not ours any more; nothing was changed.
    Stale,
}

/// An ended attempt.
#[derive(Debug)]
pub(crate) struct Settlement {
    pub(crate) lease: Arc<Lease>,
    pub(crate) finished_at: Instant,
    pub(crate) verdict: Verdict,
    pub(crate) reply: Option<oneshot::Sender<Ack>>,
}

impl Settlement {
    /// The attempt under `lease` ends now, with `verdict`.
    pub(crate) fn now(lease: Arc<Lease>, verdict: Verdict) -> Self {
        Self {
            lease,
            finished_at: Instant::now(),
            verdict,
            reply: None,
        }
    }
}
