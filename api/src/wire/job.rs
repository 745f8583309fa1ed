//! Jobs on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::queue::backend::{JobRecord, JobSummary};
use serde::Serialize;
use utoipa::ToSchema;

use super::JobStateName;

/// A job, without its payload and its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobResponse {
    /// Which job.
    #[schema(example = "job_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// In which queue.
    #[schema(example = "send-email")]
    pub queue: String,
    /// Its state.
    pub state: JobStateName,
    /// How often it was tried.
    #[schema(minimum = 0)]
    pub attempts: u32,
    /// How often it is tried at most.
    #[schema(minimum = 0)]
    pub max_attempts: u32,
    /// When it was enqueued.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub created_at: String,
    /// When it may run, or was due.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub run_at: String,
    /// When it was done, dead or cancelled.
    #[schema(required, format = DateTime)]
    pub finished_at: Option<String>,
    /// The worker that had it last, with its host and process.
    #[schema(required)]
    pub worker: Option<String>,
    /// Why the last attempt failed, or the document is no job.
    #[schema(required)]
    pub last_error: Option<String>,
}

impl From<JobSummary> for JobResponse {
    fn from(job: JobSummary) -> Self {
        Self {
            id: job.id,
            queue: job.queue,
            state: job.state.into(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            created_at: rfc3339(job.created_at),
            run_at: rfc3339(job.run_at),
            finished_at: job.finished_at.map(rfc3339),
            worker: job.worker,
            last_error: job.malformed.or(job.last_error),
        }
    }
}

impl From<&JobRecord> for JobResponse {
    fn from(job: &JobRecord) -> Self {
        Self {
            id: job.id.clone(),
            queue: job.queue.clone(),
            state: job.state.into(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            created_at: rfc3339(job.created_at),
            run_at: rfc3339(job.run_at),
            finished_at: job.finished_at.map(rfc3339),
            worker: job.worker.clone(),
            last_error: job.malformed.clone().or(job.last_error.clone()),
        }
    }
}
