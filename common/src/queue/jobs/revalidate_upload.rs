//! Inspecting one stored document again.

use std::time::Duration;

use apalis_mongodb::NewJob;
use serde::{Deserialize, Serialize};

use crate::id::FileId;
use crate::queue::{Job, QueueSettings, RetryStrategy, doubling};

/// Inspects a document again that has a verdict by older rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevalidateUpload {
    /// Which document.
    pub file_id: FileId,
    /// By which version of the rules, or a newer one.
    pub rules_version: u32,
}

impl Job for RevalidateUpload {
    const QUEUE: &'static str = "revalidate-upload";
    const MAX_ATTEMPTS: u32 = 20;
    /// As of [`ValidateUpload`](super::ValidateUpload).
    const TIMEOUT: Duration = Duration::from_secs(600);

    fn retry(_settings: &QueueSettings) -> RetryStrategy {
        doubling(Duration::from_secs(1), Duration::from_secs(5 * 60))
    }
}

impl RevalidateUpload {
    /// The id of its job: there is one for each document and version of the rules.
    pub fn id(&self) -> String {
        format!("revalidate-v{}-{}", self.rules_version, self.file_id)
    }

    /// Its job, to run once `wait` is over. Enqueuing it again changes nothing as long as the queue
    /// remembers it.
    pub fn job_in(self, wait: Duration) -> NewJob<Self> {
        let id = self.id();
        NewJob::new(self)
            .id(id.clone())
            .idempotency_key(id)
            .run_in(wait)
    }
}
