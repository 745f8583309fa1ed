//! All of a job on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::queue::backend::{AttemptRecord, JobRecord, LogLine};
use dossier_common::story::{Event, Story};
use serde::Serialize;
use utoipa::ToSchema;

use super::{JobResponse, KnownResponse, MailResponse};

/// A job with what came before and after it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = JobStory)]
pub struct JobStoryResponse {
    /// The job.
    pub job: JobResponse,
    /// What it is about: ids, no secrets and no addresses.
    #[schema(value_type = Object, example = json!({ "template": "sign-up", "sign_up_id": "sgn_01JD3Y5T6ZQ8R9WABCDEFGHJKM" }))]
    pub payload: serde_json::Value,
    /// How many leases expired under it: its workers died, or lost the database.
    #[schema(minimum = 0)]
    pub crashes: u32,
    /// Until when the worker that has it may go without a heartbeat.
    #[schema(required, format = DateTime)]
    pub lease_until: Option<String>,
    /// What enqueued it: a request with its route and caller, another job, or a command.
    #[schema(max_items = 5)]
    pub cause: Vec<CauseResponse>,
    /// What is stored now of whom and what it is about.
    #[schema(max_items = 1000)]
    pub about: Vec<KnownResponse>,
    /// Every attempt, oldest first.
    #[schema(max_items = 1000)]
    pub history: Vec<AttemptResponse>,
    /// What its attempts wrote, and what was done to it.
    #[schema(max_items = 1000)]
    pub log: Vec<JobLogLineResponse>,
    /// What the audit says of it and of what it is about, since it was enqueued, oldest first.
    #[schema(max_items = 1000)]
    pub since: Vec<EventResponse>,
    /// How far its mail got, if it sends one and tried to.
    #[schema(required)]
    pub mail: Option<MailResponse>,
}

/// A part of what enqueued a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Cause)]
pub struct CauseResponse {
    /// What it is: `request_id`, `route`, `user_id`, `job_id` or `program`.
    #[schema(example = "route")]
    pub name: &'static str,
    /// Its value.
    #[schema(example = "POST /v1/auth/sign-up")]
    pub value: String,
}

/// An attempt at a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptResponse {
    /// Its number.
    #[schema(minimum = 0, example = 1)]
    pub attempt: u32,
    /// The worker that made it, with its host and process.
    #[schema(example = "send-email@worker-1.7.6926f1b8a2d4e8f0a1b2c3d4")]
    pub worker: String,
    /// When it was due, so that it waited from then on.
    #[schema(required, format = DateTime)]
    pub due_at: Option<String>,
    /// When the worker took the job.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub started_at: String,
    /// When it ended.
    #[schema(format = DateTime, example = "2026-11-25T08:30:01.000Z")]
    pub finished_at: String,
    /// How it ended.
    #[schema(example = "failed")]
    pub outcome: String,
    /// The error with its causes, or why there was nothing to do.
    #[schema(required, example = "550 5.1.1 no such user")]
    pub error: Option<String>,
}

/// A line that was left with a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = JobLogLine)]
pub struct JobLogLineResponse {
    /// When.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub at: String,
    /// In which attempt.
    #[schema(minimum = 0)]
    pub attempt: u32,
    /// The line.
    pub line: String,
}

/// An entry of the audit, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventResponse {
    /// Which entry.
    #[schema(example = "aud_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// When, to the second, in UTC.
    #[schema(example = "2026-11-25 08:30:00")]
    pub at: String,
    /// What it says.
    #[schema(example = "retry_jobs asked for by usr_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub says: String,
}

impl JobStoryResponse {
    /// Of these parts.
    pub fn new(job: JobRecord, story: Story, mail: Option<MailResponse>) -> Self {
        let cause = story.cause.into_iter();
        Self {
            job: JobResponse::from(&job),
            payload: payload(&job),
            crashes: job.crashes,
            lease_until: job.lease_until.map(rfc3339),
            cause: cause
                .map(|(name, value)| CauseResponse { name, value })
                .collect(),
            about: story.about.into_iter().map(Into::into).collect(),
            history: job.history.into_iter().map(Into::into).collect(),
            log: job.log.into_iter().map(Into::into).collect(),
            since: story.since.into_iter().map(Into::into).collect(),
            mail,
        }
    }
}

/// The payload of a job. What a document of another program has there, that is no job, is not known to be fit
/// to be shown.
fn payload(job: &JobRecord) -> serde_json::Value {
    let shown = job.malformed.is_none();
    let shown = shown.then(|| serde_json::to_value(&job.payload));
    let shown = shown.and_then(Result::ok).filter(|it| it.is_object());
    shown.unwrap_or_else(|| serde_json::json!({}))
}

impl From<AttemptRecord> for AttemptResponse {
    fn from(attempt: AttemptRecord) -> Self {
        Self {
            attempt: attempt.attempt,
            worker: attempt.worker,
            due_at: attempt.due_at.map(rfc3339),
            started_at: rfc3339(attempt.started_at),
            finished_at: rfc3339(attempt.finished_at),
            outcome: attempt.outcome.as_str().to_owned(),
            error: attempt.error,
        }
    }
}

impl From<LogLine> for JobLogLineResponse {
    fn from(line: LogLine) -> Self {
        Self {
            at: rfc3339(line.at),
            attempt: line.attempt,
            line: line.line,
        }
    }
}

impl From<Event> for EventResponse {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            at: event.at,
            says: event.says,
        }
    }
}
