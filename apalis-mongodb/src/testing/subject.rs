//! What is tested.

use apalis_core::backend::{FetchById, Filter, ListTasks};
use apalis_core::task::Task;
use apalis_core::task::status::Status;
use apalis_core::task::task_id::TaskId;

use super::{Candidate, CaseError, Settings};

/// A backend under test, and what only its author knows how to do to it.
///
/// Only [`backend`](Self::backend) must be there. Cases that need a hook which is not are
/// [`Unsupported`](super::Outcome::Unsupported).
pub trait Subject: Send + Sync + 'static {
    /// The backend, as its users are told to make it.
    type Backend: Candidate;

    /// A new backend on the queue, with connections of its own, as another process would have it.
    ///
    /// It is called on the runtime that will use the backend. Two calls with the same settings
    /// are about the same queue.
    fn backend(
        &self,
        settings: &Settings,
    ) -> impl Future<Output = Result<Self::Backend, CaseError>> + Send;

    /// What the store says of a job; [`standing_of`] does it for backends with `FetchById`.
    fn standing(
        &self,
        _settings: &Settings,
        _id: &TaskId,
    ) -> impl Future<Output = Result<Option<Standing>, CaseError>> + Send {
        missing("a look at a job")
    }

    /// How many waiting jobs the store lists; [`waiting_in`] does it for backends with
    /// `ListTasks`.
    fn waiting(
        &self,
        _settings: &Settings,
    ) -> impl Future<Output = Result<usize, CaseError>> + Send {
        missing("a list of jobs")
    }

    /// Enqueues a job under this id whose payload is no [`Job`](super::Job).
    fn enqueue_poison(
        &self,
        _settings: &Settings,
        _id: TaskId,
    ) -> impl Future<Output = Result<(), CaseError>> + Send {
        missing("a payload that does not decode")
    }

    /// Makes the store fail for everyone on the queue for about two seconds, or whatever its
    /// clients sit out, and returns when it works again.
    fn interrupt_store(
        &self,
        _settings: &Settings,
    ) -> impl Future<Output = Result<(), CaseError>> + Send {
        missing("an interruption of the store")
    }

    /// Runs a workflow of apalis-workflow that maps each of `0..count` and collects them again,
    /// in a worker with concurrency 1, and returns what was collected. If it `fails_first`, the first
    /// attempt at 0 fails.
    fn collect_in_workflow(
        &self,
        _settings: &Settings,
        _count: u32,
        _stumbles: bool,
    ) -> impl Future<Output = Result<Vec<u32>, CaseError>> + Send {
        missing("a workflow")
    }

    /// Fails, and says why, if a job that was accepted may be lost in a power failure.
    fn durability(
        &self,
        _settings: &Settings,
    ) -> impl Future<Output = Result<(), CaseError>> + Send {
        missing("a look at the store's durability")
    }
}

async fn missing<T>(hook: &str) -> Result<T, CaseError> {
    Err(CaseError::unsupported(format!(
        "the subject does not offer {hook}"
    )))
}

/// What a store says of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its status.
    pub status: Status,
    /// How often it was tried.
    pub attempts: usize,
}

impl Standing {
    /// Whether nothing more will happen to the job.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self.status, Status::Done | Status::Failed | Status::Killed)
    }
}

/// [`Subject::standing`] for backends with `FetchById`.
///
/// # Errors
///
/// The backend's own.
pub async fn standing_of<B, C>(backend: &mut B, id: &TaskId) -> Result<Option<Standing>, CaseError>
where
    B: FetchById<Task = Task<C>>,
{
    let task = backend.fetch_by_id(id).await?;
    Ok(task.map(|task| Standing {
        status: task.status(),
        attempts: task.attempt(),
    }))
}

/// [`Subject::waiting`] for backends with `ListTasks`.
///
/// # Errors
///
/// The backend's own.
pub async fn waiting_in<B: ListTasks>(backend: &B) -> Result<usize, CaseError> {
    let filter = Filter {
        status: Some(Status::Pending),
        page: 1,
        page_size: Some(100),
    };
    Ok(backend.list_tasks(&filter).await?.len())
}
