//! What tells an idle worker that there is work.

use serde::{Deserialize, Serialize};

/// What wakes an idle worker. Polling remains the truth in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Wake {
    /// A change stream, shared by all queues of the process; needs a replica set and a client with two
    /// connections or more, falls back to polling by itself.
    #[default]
    ChangeStream,
    /// Polling alone.
    Poll,
}
