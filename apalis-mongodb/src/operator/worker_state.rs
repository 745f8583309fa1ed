//! Whether a worker takes jobs.

use std::fmt;

use serde::Serialize;

/// Whether a worker takes jobs, by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WorkerState {
    /// It does.
    Alive,
    /// It was told to stop and finishes what it runs.
    Draining,
    /// It has sent no heartbeat for a whole lease: its jobs are run by others. After ten leases it is
    /// forgotten.
    Dead,
}

impl WorkerState {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Alive, Self::Draining, Self::Dead];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Draining => "draining",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for WorkerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
