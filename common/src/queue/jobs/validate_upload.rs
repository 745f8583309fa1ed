//! Inspecting one upload.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::FileId;
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

/// Inspects an uploaded document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidateUpload {
    /// Which document.
    pub file_id: FileId,
}

impl Job for ValidateUpload {
    const QUEUE: &'static str = "validate-upload";
    const MAX_ATTEMPTS: u32 = 20;
    /// Waiting for a core, 30 s for the inspection and 2 min for the virus scanner.
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn retry(_settings: &QueueSettings) -> RetryStrategy {
        doubling(Duration::from_secs(1), Duration::from_secs(5 * 60))
    }
}
