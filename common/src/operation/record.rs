//! An operation as it is stored.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::{Deserialize, Serialize};

use super::{Counts, FailureBound, Initiator, Verb};
use crate::id::OperationId;
use crate::queue::backend::operator::Selection;

/// A process that carries an operation out and has not been seen for so long is taken for dead.
pub(crate) const SILENT_AFTER: Duration = Duration::from_secs(15);

/// Whether an operation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// A process carries it out, or did until it died ([`Operation::is_stalled`]): then it can be resumed.
    Running,
    /// It was the turn of every job.
    Done,
    /// It has stopped before that, for the operation's `reason`; it can be resumed.
    Stopped,
}

impl OperationState {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

/// Something done to many jobs. All instants are by the database server's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Which one; sorts by time.
    #[serde(rename = "_id")]
    pub id: OperationId,
    /// What is done.
    pub verb: Verb,
    /// To which jobs.
    pub selection: Selection,
    /// The same in words.
    pub words: String,
    /// Who has it done.
    pub by: Initiator,
    /// When it began. Jobs that were enqueued, or died, after that are none of its.
    pub started_at: DateTime,
    /// Over how many milliseconds it is spread.
    pub over_ms: Option<i64>,
    /// When it stops by itself.
    pub failure_bound: Option<FailureBound>,
    /// How many jobs were selected when it began.
    pub total: i64,
    /// What has come of it.
    pub counts: Counts,
    /// The last job that it was the turn of; the next ones are behind it.
    pub cursor: Option<String>,
    /// The jobs that are about to be deleted. Those of them that are gone after the death of the process were
    /// deleted by it: nothing else tells of a deleted job.
    #[serde(default)]
    pub deleting: Vec<String>,
    /// Whether it goes on.
    pub state: OperationState,
    /// Why it has stopped, for people.
    pub reason: Option<String>,
    /// Whether whoever carries it out is to stop, and why.
    #[serde(default)]
    pub stop_reason: Option<String>,
    /// How many processes have carried it out, one after the other.
    #[serde(default)]
    pub drives: i32,
    /// What names the process that carries it out.
    #[serde(default)]
    pub driver: Option<String>,
    /// The last sign of life of that process.
    pub touched_at: DateTime,
    /// When it came to its end or stopped.
    pub finished_at: Option<DateTime>,
    /// When it is forgotten.
    pub expire_at: DateTime,
}

impl Operation {
    /// The time it is spread over.
    pub fn over(&self) -> Option<Duration> {
        let millis = self.over_ms.and_then(|millis| u64::try_from(millis).ok());
        millis.map(Duration::from_millis)
    }

    /// Whether it would go on if its process had not died; `now` is by the server's clock. It can be resumed.
    pub fn is_stalled(&self, now: DateTime) -> bool {
        let silent = now.saturating_duration_since(self.touched_at);
        self.state == OperationState::Running && silent > SILENT_AFTER
    }

    /// How many jobs were selected when it began, and were not as they were selected any more when it was
    /// their turn, or were changed by others in that moment; known when it is done.
    pub fn missed(&self) -> i64 {
        let counts = self.counts;
        match self.is_done() {
            true => (self.total - counts.changed - counts.conflicts - counts.refused).max(0),
            false => 0,
        }
    }

    /// Whether there is nothing left to do.
    pub fn is_done(&self) -> bool {
        self.state == OperationState::Done
    }
}
