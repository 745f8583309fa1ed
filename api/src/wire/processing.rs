//! The check of a document on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::file::InspectionRecord;
use dossier_common::queue::JobState;
use dossier_common::queue::backend::JobSummary;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobState)]
pub enum JobStateName {
    /// Waits for its time.
    Scheduled,
    /// Waits for a worker.
    Ready,
    /// Leased to a worker.
    Running,
    /// Succeeded.
    Done,
    /// Failed for good; an operator can retry it.
    Dead,
    /// Cancelled by an operator.
    Cancelled,
    /// Cannot be read by any worker.
    Malformed,
}

impl From<JobState> for JobStateName {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Scheduled => Self::Scheduled,
            JobState::Ready => Self::Ready,
            JobState::Running => Self::Running,
            JobState::Done => Self::Done,
            JobState::Dead => Self::Dead,
            JobState::Cancelled => Self::Cancelled,
            JobState::Malformed => Self::Malformed,
        }
    }
}

/// How the check of a document is coming along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Processing)]
pub struct ProcessingResponse {
    /// The state of the job that checks it.
    pub job_state: JobStateName,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it is tried at most.
    pub max_attempts: u32,
    /// When it is tried next, if it will be.
    #[schema(required, format = DateTime, example = "2026-11-25T08:30:01.000Z")]
    pub next_run_at: Option<String>,
    /// What went wrong last.
    #[schema(required)]
    pub last_error: Option<String>,
}

impl From<&JobSummary> for ProcessingResponse {
    fn from(job: &JobSummary) -> Self {
        let waits = matches!(job.state, JobState::Scheduled | JobState::Ready);
        Self {
            job_state: job.state.into(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            next_run_at: waits.then(|| rfc3339(job.run_at)),
            last_error: job.last_error.clone(),
        }
    }
}

/// What the check of a document was based on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Inspection)]
pub struct InspectionResponse {
    /// The version of the rules that were applied.
    #[schema(example = 1)]
    pub rules_version: u32,
    /// The facts found: `parts`, `producer`, `inflated_bytes`, `flags`, …
    #[schema(value_type = Object)]
    pub facts: serde_json::Value,
}

impl From<&InspectionRecord> for InspectionResponse {
    fn from(record: &InspectionRecord) -> Self {
        Self {
            rules_version: record.rules_version,
            facts: serde_json::to_value(&record.facts).unwrap_or_default(),
        }
    }
}
