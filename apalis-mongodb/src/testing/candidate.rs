//! What a backend must be to be tested.

use apalis_core::backend::finalize::FinalizeBackend;
use apalis_core::backend::{Backend, BackendConfig, TaskSink};
use apalis_core::error::{BoxDynError, WorkerError};
use apalis_core::task::Task;
use apalis_core::task::task_id::{GenerateId, TaskId};
use apalis_core::worker::Worker;
use apalis_core::worker::context::WorkerContext;
use futures_util::stream;
use tower::util::BoxService;
use tower::{Layer, Service};

use super::{CaseError, Handler, Job, Middleware};

/// A backend with [`Job`]s that takes tasks and runs in a worker. Every backend for which apalis
/// can do both is one; there is nothing to implement.
pub trait Candidate: Send + Sized + 'static {
    /// An id as this backend gives them.
    fn new_id() -> TaskId;

    /// [`TaskSink::push`].
    fn push_one(&mut self, job: Job) -> impl Future<Output = Result<(), CaseError>> + Send;

    /// [`TaskSink::push_bulk`].
    fn push_many(&mut self, jobs: Vec<Job>) -> impl Future<Output = Result<(), CaseError>> + Send;

    /// [`TaskSink::push_stream`].
    fn push_streamed(
        &mut self,
        jobs: Vec<Job>,
    ) -> impl Future<Output = Result<(), CaseError>> + Send;

    /// [`TaskSink::push_all`].
    fn push_tasks(
        &mut self,
        tasks: Vec<Task<Job>>,
    ) -> impl Future<Output = Result<(), CaseError>> + Send;

    /// Runs a worker until it stops.
    fn work(
        self,
        context: WorkerContext,
        handler: Handler,
        middleware: Middleware,
    ) -> impl Future<Output = Result<(), WorkerError>> + Send;
}

/// What a backend's own layer makes of a case's layers and handler.
type Layered<F> = <<F as BackendConfig>::Layer as Layer<Inner>>::Service;
type Inner = BoxService<Task<Job>, (), BoxDynError>;

impl<B, F> Candidate for B
where
    B: BackendConfig<Args = Job> + TaskSink<Job, B::Kind> + Send + 'static,
    B::Id: GenerateId,
    B::Kind: FinalizeBackend<B, Job, Backend = F>,
    F: BackendConfig<Args = Job> + Backend<Task = Task<Job>> + Send + Unpin + 'static,
    F::Layer: Layer<Inner> + Send,
    Layered<F>: Service<Task<Job>> + Send + 'static,
    <Layered<F> as Service<Task<Job>>>::Future: Send,
    <Layered<F> as Service<Task<Job>>>::Error: Into<BoxDynError> + Send + Sync + 'static,
    <Layered<F> as Service<Task<Job>>>::Response: Send + Sync + 'static,
{
    fn new_id() -> TaskId {
        B::Id::generate()
    }

    async fn push_one(&mut self, job: Job) -> Result<(), CaseError> {
        Ok(self.push(job).await?)
    }

    async fn push_many(&mut self, jobs: Vec<Job>) -> Result<(), CaseError> {
        Ok(self.push_bulk(jobs).await?)
    }

    async fn push_streamed(&mut self, jobs: Vec<Job>) -> Result<(), CaseError> {
        Ok(self.push_stream(stream::iter(jobs)).await?)
    }

    async fn push_tasks(&mut self, tasks: Vec<Task<Job>>) -> Result<(), CaseError> {
        Ok(self.push_all(stream::iter(tasks)).await?)
    }

    async fn work(
        self,
        context: WorkerContext,
        handler: Handler,
        middleware: Middleware,
    ) -> Result<(), WorkerError> {
        let backend = B::Kind::finalize(self);
        Worker::<Job, _, _, _>::new(context, backend, handler, middleware)
            .run()
            .await
    }
}
