//! What the parent tells a child, and what the child says; both as JSON, for node reads it too.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::arguments::Settings;
use crate::candidate::Candidate;

/// One child's work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChildTask {
    pub(crate) candidate: Candidate,
    /// Where the store is.
    pub(crate) uri: String,
    pub(crate) settings: Settings,
    pub(crate) task: Task,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Enqueue jobs and say how long it took.
    Push {
        how: EnqueueMode,
        jobs: u32,
        producers: usize,
    },
    /// Run jobs until killed, from when the file `begin` exists.
    Work { begin: PathBuf },
    /// Push single jobs to a worker in the same process and say how long they took to start.
    Latency { pushes: u32 },
    /// Drain `jobs` jobs from when the file `begin` exists, and say how long each command of a
    /// claim took.
    Claim { jobs: u32, begin: PathBuf },
}

/// How jobs are enqueued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnqueueMode {
    OneByOne,
    Batches,
    /// One by one, each in one transaction with a document of the application.
    WithDocument,
}

/// A line a child says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChildReport {
    /// Connected; waits for its gate, if it has one.
    Ready {},
    /// How far a worker is.
    Ran(Tally),
    /// Enqueued everything.
    Took { seconds: f64 },
    /// Milliseconds from the call of each push, and from its return, to its handler's start.
    Latencies {
        from_call: Vec<f64>,
        from_return: Vec<f64>,
    },
    /// Milliseconds of each command of a claim.
    Claims { find: Vec<f64>, take: Vec<f64> },
}

/// What a worker process has done so far.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tally {
    /// Handlers that ran.
    pub(crate) count: u64,
    /// When the first one did; see [`now_micros`].
    pub(crate) first: u64,
    /// Jobs claimed, where the candidate tells.
    pub(crate) claimed: u64,
    /// Jobs that another process claimed first, where the candidate tells.
    pub(crate) contended: u64,
}

/// Says a line to the parent.
pub(crate) fn report_line(said: &ChildReport) -> anyhow::Result<()> {
    anstream::println!("{}", serde_json::to_string(said)?);
    Ok(())
}

/// Microseconds since 1970, the one clock that all processes of a machine share.
#[expect(
    clippy::disallowed_methods,
    reason = "processes compare when they began"
)]
pub(crate) fn now_micros() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_micros()).unwrap_or(u64::MAX))
}
