//! The overview on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::overview::{FailureOverview, Overview};
use serde::Serialize;
use utoipa::ToSchema;

use super::{JobStateName, MailServerResponse, QueueResponse, WorkerResponse};

/// A job whose last attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FailedJob)]
pub struct FailedJobResponse {
    /// Which.
    #[schema(example = "job_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// Its queue.
    #[schema(example = "send-email")]
    pub queue: String,
    /// Dead, or waiting for another attempt.
    pub state: JobStateName,
    /// When the attempt ended.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub at: String,
    /// How often it was tried.
    #[schema(minimum = 0)]
    pub attempts: u32,
    /// How often it is tried at most.
    #[schema(minimum = 0)]
    pub max_attempts: u32,
    /// What went wrong.
    #[schema(example = "550 5.1.1 no such user")]
    pub error: String,
}

/// How the queues, the workers and the mail server are at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Overview)]
pub struct OverviewResponse {
    /// The moment, by the database's clock.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub at: String,
    /// The way to the mail server.
    pub mail_server: MailServerResponse,
    /// Every queue.
    #[schema(max_items = 1000)]
    pub queues: Vec<QueueResponse>,
    /// Every worker, by queue and then by when it started. One that is gone without a word is dead for some
    /// minutes, and then forgotten.
    #[schema(max_items = 100000)]
    pub workers: Vec<WorkerResponse>,
    /// The newest failures of all queues, newest first.
    #[schema(max_items = 100)]
    pub failures: Vec<FailedJobResponse>,
}

impl From<FailureOverview> for FailedJobResponse {
    fn from(failure: FailureOverview) -> Self {
        Self {
            id: failure.id,
            queue: failure.queue,
            state: failure.state.into(),
            at: rfc3339(failure.at),
            attempts: failure.attempts,
            max_attempts: failure.max_attempts,
            error: failure.error,
        }
    }
}

impl From<Overview> for OverviewResponse {
    fn from(overview: Overview) -> Self {
        Self {
            at: rfc3339(overview.at),
            mail_server: overview.mail.into(),
            queues: overview.queues.into_iter().map(Into::into).collect(),
            workers: overview.workers.into_iter().map(Into::into).collect(),
            failures: overview.failures.into_iter().map(Into::into).collect(),
        }
    }
}
