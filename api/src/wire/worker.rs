//! Workers on the wire.

use dossier_common::clock::rfc3339;
use dossier_common::overview::{RunningJob, WorkerOverview, WorkerState};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a worker lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkerState)]
pub enum WorkerStateName {
    /// It takes jobs.
    Alive,
    /// It was told to stop, takes nothing new and ends what it has.
    Draining,
    /// It is gone without a word; what it had runs elsewhere.
    Dead,
}

impl From<WorkerState> for WorkerStateName {
    fn from(state: WorkerState) -> Self {
        match state {
            WorkerState::Alive => Self::Alive,
            WorkerState::Draining => Self::Draining,
            // Dead, or something that a newer version calls in another way.
            _ => Self::Dead,
        }
    }
}

/// A job that a worker runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RunningJob)]
pub struct RunningJobResponse {
    /// Which.
    #[schema(example = "job_01JD3Y5T6ZQ8R9WABCDEFGHJKM")]
    pub id: String,
    /// Since when the worker has it.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub since: String,
    /// The number of the attempt.
    #[schema(minimum = 0)]
    pub attempt: u32,
}

/// A worker at a moment: what takes the jobs of one queue in one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Worker)]
pub struct WorkerResponse {
    /// Which; every start has an id of its own.
    #[schema(example = "send-email@worker-1.7.6926f1b8a2d4e8f0a1b2c3d4")]
    pub id: String,
    /// The name that it was given.
    #[schema(example = "send-email")]
    pub name: String,
    /// The queue that it takes jobs of.
    #[schema(example = "send-email")]
    pub queue: String,
    /// Whether it lives.
    pub state: WorkerStateName,
    /// The machine that it runs on, if its id tells.
    #[schema(required, example = "worker-1")]
    pub host: Option<String>,
    /// The number of its process there, if its id tells.
    #[schema(required, minimum = 0, example = 7)]
    pub pid: Option<u32>,
    /// When it started.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub started_at: String,
    /// When it was told to stop.
    #[schema(required, format = DateTime)]
    pub draining_since: Option<String>,
    /// When it said last that it lives.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    pub last_heartbeat: String,
    /// What it runs, longest first.
    #[schema(max_items = 1000)]
    pub running: Vec<RunningJobResponse>,
    /// How many jobs it has taken within the last half second: they wait in its buffer, or have just
    /// started.
    #[schema(minimum = 0)]
    pub buffered: u64,
}

/// All workers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkerList {
    /// The workers, by queue and then by when they started.
    #[schema(max_items = 100000)]
    pub items: Vec<WorkerResponse>,
}

impl From<RunningJob> for RunningJobResponse {
    fn from(job: RunningJob) -> Self {
        Self {
            id: job.id,
            since: rfc3339(job.since),
            attempt: job.attempt,
        }
    }
}

impl From<WorkerOverview> for WorkerResponse {
    fn from(worker: WorkerOverview) -> Self {
        Self {
            id: worker.id,
            name: worker.name,
            queue: worker.queue,
            state: worker.state.into(),
            host: worker.host,
            pid: worker.pid,
            started_at: rfc3339(worker.started_at),
            draining_since: worker.draining_since.map(rfc3339),
            last_heartbeat: rfc3339(worker.last_heartbeat),
            running: worker.running.into_iter().map(Into::into).collect(),
            buffered: worker.buffered,
        }
    }
}
