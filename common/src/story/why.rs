//! Why a document is not available yet, and what happens next.

use std::time::Duration;

use mongodb::bson::DateTime;

use crate::clock::to_the_second;
use crate::file::{File, FileState};
use crate::overview::QueueState;
use crate::queue::backend::JobSummary;
use crate::queue::backend::operator::{QueueRecord, WorkerState};
use crate::queue::{Job, JobState, ValidateUpload};
use crate::store::files::FileView;
use crate::store::{Store, StoreError};

/// What stands in the error of an inspection that the virus scanner kept from its end.
const SCANNER: &str = "virus scanner";

/// Counts may be so old.
const COUNTS_AGE: Duration = Duration::from_secs(2);

/// Why a document is not available yet, or that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was taken back.
    Withdrawn,
    /// Its time is over.
    Expired,
    /// It is available.
    Available,
    /// It was refused for good.
    Rejected,
    /// Its job is dead, or cannot be read.
    CheckFailed,
    /// Its job was cancelled.
    CheckCancelled,
    /// The queue does not know its job.
    CheckGone,
    /// A worker looks inside it.
    BeingChecked,
    /// Workers take no jobs of the queue: somebody has paused it.
    QueuePaused,
    /// Workers take one job now and then: what the jobs need is not there.
    QueueParked,
    /// No worker takes jobs of the queue.
    NoWorkers,
    /// The virus scanner was not available to the last attempt; it is tried again.
    ScannerUnavailable,
    /// The last attempt failed; it is tried again.
    TriedAgainLater,
    /// Its time has not come.
    NotDue,
    /// It waits for a worker, and the queue is limited.
    QueueLimited,
    /// It waits for a worker.
    InLine,
}

/// How the queue of a document that waits is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueOfFile {
    /// Whether workers take its jobs.
    pub state: QueueState,
    /// Whether so many run at once, or start in a time, at most.
    pub is_limited: bool,
    /// How many workers take its jobs.
    pub workers: usize,
    /// How many of its jobs are due and wait for a worker, as it was two seconds ago or later.
    pub ready: u64,
    /// How long the oldest of them has been due.
    pub oldest_ready: Option<Duration>,
}

/// Why a document is not available yet.
#[derive(Clone, Debug)]
pub struct Why {
    /// The document and its job.
    pub view: FileView,
    /// Why.
    pub reason: Reason,
    /// How the queue is; of a document that has no verdict yet.
    pub queue: Option<QueueOfFile>,
}

impl Why {
    /// Why `file` is not available yet, as of `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn of(store: &Store, file: File, now: DateTime) -> Result<Self, StoreError> {
        let queue = match file.state {
            FileState::Received => Some(QueueOfFile::read(store).await?),
            FileState::Available | FileState::Rejected => None,
        };
        let job = store.find_jobs(vec![file.job_id.to_string()]).await?.pop();
        let reason = if file.withdrawn.is_some() {
            Reason::Withdrawn
        } else if file.expires_at.is_some_and(|at| at <= now) {
            Reason::Expired
        } else {
            reason(&file, job.as_ref(), queue.as_ref())
        };
        let view = FileView {
            file,
            job,
            replacement_job: None,
        };
        Ok(Self {
            view,
            reason,
            queue,
        })
    }

    /// Why, in a sentence.
    pub fn says(&self) -> String {
        let due = self.view.job.as_ref().map(|job| to_the_second(job.run_at));
        let due = due.unwrap_or_default();
        let (ready, workers) = self.queue.map_or((0, 0), |it| (it.ready, it.workers));
        match self.reason {
            Reason::Withdrawn => "The document was withdrawn: clients do not see it.".to_owned(),
            Reason::Expired => "The document has expired: clients do not see it.".to_owned(),
            Reason::Available => "The document is available.".to_owned(),
            Reason::Rejected => {
                let why = self.view.file.rejection.as_ref();
                let why = why.map_or("no reason is known", |it| it.message.as_str());
                format!("The document was refused: {why}")
            }
            Reason::CheckFailed => "The check failed and is not tried again by itself.".to_owned(),
            Reason::CheckCancelled => "The check was cancelled.".to_owned(),
            Reason::CheckGone => "The job that was to check the document is gone.".to_owned(),
            Reason::BeingChecked => "A worker is checking the document.".to_owned(),
            Reason::QueuePaused => "The queue of checks is paused.".to_owned(),
            Reason::QueueParked => {
                "The queue of checks is parked: what checks need is not there.".to_owned()
            }
            Reason::NoWorkers => "No worker takes documents to check.".to_owned(),
            Reason::ScannerUnavailable => format!(
                "The virus scanner was not available. The check is tried again at {due} (UTC)."
            ),
            Reason::TriedAgainLater => {
                format!("The last attempt at the check failed. It is tried again at {due} (UTC).")
            }
            Reason::NotDue => format!("The check is due at {due} (UTC)."),
            Reason::QueueLimited => format!(
                "The document waits for one of {workers} workers, whose queue is limited; {ready} checks are due."
            ),
            Reason::InLine => {
                format!("The document waits for one of {workers} workers; {ready} checks are due.")
            }
        }
    }

    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self.reason {
            Reason::Withdrawn => "Restore it while that is possible: POST /v1/files/{id}/restore.",
            Reason::Expired => "Give it more time: PATCH /v1/files/{id} with another expires_at.",
            Reason::Available => "Ask for a link: POST /v1/files/{id}/links.",
            Reason::Rejected => "Correct the document and upload it again.",
            Reason::CheckFailed | Reason::CheckCancelled => {
                "Ask an operator to remove the cause and to retry the job (`dossier-worker jobs retry`)."
            }
            Reason::CheckGone => "Upload the document again.",
            Reason::BeingChecked | Reason::NotDue | Reason::TriedAgainLater | Reason::InLine => {
                "Nothing; listen to GET /v1/files/{id}/events."
            }
            Reason::QueuePaused => {
                "Ask an operator to resume the queue (`dossier-worker queues resume validate-upload`)."
            }
            Reason::QueueParked => {
                "Ask an operator what the checks need (`dossier-worker queues list`)."
            }
            Reason::NoWorkers => {
                "Ask an operator to start `dossier-worker run`, or to add validate-upload to WORKER_QUEUES."
            }
            Reason::ScannerUnavailable => {
                "Nothing; if it stays, ask an operator to look after the virus scanner at CLAMD_URL."
            }
            Reason::QueueLimited => {
                "Nothing; if it takes long, ask an operator to raise the limits of validate-upload."
            }
        }
    }
}

impl QueueOfFile {
    async fn read(store: &Store) -> Result<Self, StoreError> {
        const QUEUE: &str = ValidateUpload::QUEUE;
        let operator = store.queue_operator();
        let records = store.list_queues().await?;
        let record = records.into_iter().find(|record| record.name == QUEUE);
        let record = record.unwrap_or_else(|| QueueRecord::unset(QUEUE.to_owned()));
        let workers = store.list_workers(Some(QUEUE)).await?;
        let alive = workers.iter().filter(|it| it.state == WorkerState::Alive);
        let counts = operator.recent_counts(QUEUE, COUNTS_AGE).await;
        let counts = counts.map_err(StoreError::queue("count jobs"))?;
        let oldest = operator.oldest_ready_age(QUEUE).await;
        Ok(Self {
            state: QueueState::of(&record),
            is_limited: record.limits.max_running.is_some() || record.limits.rate.is_some(),
            workers: alive.count(),
            ready: counts.ready,
            oldest_ready: oldest.map_err(StoreError::queue("find the oldest ready job"))?,
        })
    }
}

fn reason(file: &File, job: Option<&JobSummary>, queue: Option<&QueueOfFile>) -> Reason {
    let (job, queue) = match (file.state, job, queue) {
        (FileState::Available, ..) => return Reason::Available,
        (FileState::Rejected, ..) => return Reason::Rejected,
        (FileState::Received, Some(job), Some(queue)) => (job, queue),
        (FileState::Received, ..) => return Reason::CheckGone,
    };
    match job.state {
        JobState::Dead | JobState::Malformed => Reason::CheckFailed,
        JobState::Cancelled => Reason::CheckCancelled,
        // Done in this very moment: the verdict was read before.
        JobState::Running | JobState::Done => Reason::BeingChecked,
        JobState::Scheduled | JobState::Ready => why_it_waits(job, queue),
    }
}

fn why_it_waits(job: &JobSummary, queue: &QueueOfFile) -> Reason {
    let is_scheduled = job.state == JobState::Scheduled;
    let error = job.last_error.as_deref();
    match queue.state {
        QueueState::Paused => Reason::QueuePaused,
        QueueState::Parked => Reason::QueueParked,
        QueueState::Runs if queue.workers == 0 => Reason::NoWorkers,
        QueueState::Runs if error.is_some_and(|it| it.contains(SCANNER)) => {
            Reason::ScannerUnavailable
        }
        QueueState::Runs if is_scheduled && error.is_some() => Reason::TriedAgainLater,
        QueueState::Runs if is_scheduled => Reason::NotDue,
        QueueState::Runs if queue.is_limited => Reason::QueueLimited,
        QueueState::Runs => Reason::InLine,
    }
}
