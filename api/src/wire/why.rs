//! Why a document is not available yet, on the wire.

use dossier_common::story::{QueueOfFile, Reason, Why};
use serde::Serialize;
use utoipa::ToSchema;

use super::number::millis;
use super::{FileIdText, FileResponse, FileStateName, ProcessingResponse, QueueStateName};

/// Why a document is not available yet, or that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WhyReason)]
pub enum WhyReasonName {
    /// It was taken back.
    Withdrawn,
    /// Its time is over.
    Expired,
    /// It is available.
    Available,
    /// It was refused for good.
    Rejected,
    /// The check failed and is not tried again by itself.
    CheckFailed,
    /// The check was cancelled.
    CheckCancelled,
    /// The job of the check is gone.
    CheckGone,
    /// A worker looks inside it.
    BeingChecked,
    /// The queue of checks is paused.
    QueuePaused,
    /// The queue of checks is parked.
    QueueParked,
    /// No worker takes documents to check.
    NoWorkers,
    /// The virus scanner was not there; it is tried again.
    ScannerUnavailable,
    /// The last attempt failed; it is tried again.
    TriedAgainLater,
    /// The time of the check has not come.
    NotDue,
    /// It waits for a worker, and the queue is limited.
    QueueLimited,
    /// It waits for a worker.
    InLine,
}

impl From<Reason> for WhyReasonName {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Withdrawn => Self::Withdrawn,
            Reason::Expired => Self::Expired,
            Reason::Available => Self::Available,
            Reason::Rejected => Self::Rejected,
            Reason::CheckFailed => Self::CheckFailed,
            Reason::CheckCancelled => Self::CheckCancelled,
            Reason::CheckGone => Self::CheckGone,
            Reason::BeingChecked => Self::BeingChecked,
            Reason::QueuePaused => Self::QueuePaused,
            Reason::QueueParked => Self::QueueParked,
            Reason::NoWorkers => Self::NoWorkers,
            Reason::ScannerUnavailable => Self::ScannerUnavailable,
            Reason::TriedAgainLater => Self::TriedAgainLater,
            Reason::NotDue => Self::NotDue,
            Reason::QueueLimited => Self::QueueLimited,
            Reason::InLine => Self::InLine,
        }
    }
}

/// How the queue of a document that waits is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FileQueue)]
pub struct FileQueueResponse {
    /// Whether workers take its jobs.
    pub state: QueueStateName,
    /// Whether so many run at once, or start in a time, at most.
    pub limited: bool,
    /// How many workers take its jobs.
    #[schema(minimum = 0)]
    pub workers: usize,
    /// How many of its jobs are due and wait for a worker.
    #[schema(minimum = 0)]
    pub ready: u64,
    /// How long the oldest of them has been due, in milliseconds.
    #[schema(required, minimum = 0)]
    pub oldest_ready_ms: Option<u64>,
}

/// Why a document is not available yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Why)]
pub struct WhyResponse {
    /// Which document.
    #[schema(value_type = FileIdText)]
    pub file_id: String,
    /// How far it has come.
    pub state: FileStateName,
    /// Why, in a word.
    pub reason: WhyReasonName,
    /// Why, for people.
    #[schema(example = "No worker takes documents to check.")]
    pub says: String,
    /// What to do, for people.
    #[serde(rename = "do")]
    #[schema(example = "Nothing; listen to GET /v1/files/{id}/events.")]
    pub advice: String,
    /// How its check is coming along; null for clients. Only admins see its last error here.
    #[schema(required)]
    pub processing: Option<ProcessingResponse>,
    /// How the queue of checks is; null for clients, and once there is a verdict.
    #[schema(required)]
    pub queue: Option<FileQueueResponse>,
}

impl From<QueueOfFile> for FileQueueResponse {
    fn from(queue: QueueOfFile) -> Self {
        Self {
            state: queue.state.into(),
            limited: queue.is_limited,
            workers: queue.workers,
            ready: queue.ready,
            oldest_ready_ms: queue.oldest_ready.map(millis),
        }
    }
}

impl WhyResponse {
    /// For its uploader.
    pub fn for_owner(why: Why) -> Self {
        let mut response = Self::for_admin(why);
        if let Some(processing) = &mut response.processing {
            processing.last_error = None;
        }
        response
    }

    /// For a client.
    pub fn for_client(why: Why) -> Self {
        Self {
            processing: None,
            queue: None,
            ..Self::for_admin(why)
        }
    }

    /// For an admin.
    pub fn for_admin(why: Why) -> Self {
        let (says, advice) = (why.says(), why.advice());
        let id = why.view.file.id.to_string();
        let (reason, queue) = (why.reason.into(), why.queue.map(Into::into));
        let file = FileResponse::for_owner(why.view);
        Self {
            state: file.state,
            reason,
            says,
            advice: advice.replace("{id}", &id),
            processing: file.processing,
            queue,
            file_id: id,
        }
    }
}
