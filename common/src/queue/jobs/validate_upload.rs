//! Inspecting one upload.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{BlobId, FileId};
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

/// How many times as many inspections as other jobs run at once.
const WAITING: usize = 8;

/// Inspects an uploaded document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidateUpload {
    /// Which document.
    pub file_id: FileId,
    /// The bytes that are to take its place; its own when absent, as in jobs of the release before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob_id: Option<BlobId>,
}

impl Job for ValidateUpload {
    const QUEUE: &'static str = "validate-upload";
    const MAX_ATTEMPTS: u32 = 20;
    /// Waiting for a core, twice 30 s for the inspection and 2 min for the virus scanner.
    const TIMEOUT: Duration = Duration::from_secs(600);

    /// Most of those that run only wait until the worker has a core for them. Where these were few, documents that
    /// take long would keep all others from being begun.
    fn at_once(settings: &QueueSettings) -> usize {
        WAITING * settings.concurrency
    }

    fn retry(_settings: &QueueSettings) -> RetryStrategy {
        doubling(Duration::from_secs(1), Duration::from_secs(5 * 60))
    }
}
