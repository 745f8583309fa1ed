//! What becomes of a job that crashes its workers.

use mongodb::bson::{Document, doc};

use super::{JobDocument, field as f};

/// The part of a queue's configuration that is kept with its jobs: whoever rescues one may serve
/// other queues. It is written with a new job, and again by a worker that is configured otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CrashPolicy {
    max_crashes: i64,
}

impl CrashPolicy {
    pub(crate) fn new(max_crashes: u32) -> Self {
        Self {
            max_crashes: i64::from(max_crashes),
        }
    }

    /// Whether `job` carries this policy.
    pub(crate) fn is_known_to(self, job: &JobDocument) -> bool {
        job.max_crashes == Some(self.max_crashes)
    }

    /// The fields that say so.
    pub(crate) fn fields(self) -> Document {
        doc! { f::MAX_CRASHES: self.max_crashes }
    }
}
