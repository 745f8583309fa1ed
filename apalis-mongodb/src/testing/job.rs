//! The job of all cases.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::layers::TimeoutLayer;
use apalis::layers::catch_panic::CatchPanicLayer;
use apalis::layers::limit::ConcurrencyLimitLayer;
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use apalis_core::worker::lifecycle::LifecycleService;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tower::util::BoxService;
use tower::{Layer, Service};

/// The arguments of the jobs of all cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Tells the jobs of a case apart.
    pub number: u32,
}

type Handling = dyn Fn(u32) -> BoxFuture<'static, Result<(), BoxDynError>> + Send + Sync;

/// The handler a case gives to a worker.
#[derive(Clone)]
pub struct Handler(Arc<Handling>);

impl Handler {
    pub(super) fn new<F, R>(handle: F) -> Self
    where
        F: Fn(u32) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), BoxDynError>> + Send + 'static,
    {
        Self(Arc::new(move |number| Box::pin(handle(number))))
    }
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handler").finish_non_exhaustive()
    }
}

impl Service<Task<Job>> for Handler {
    type Response = ();
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<(), BoxDynError>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, task: Task<Job>) -> Self::Future {
        (self.0)(task.args.number)
    }
}

/// The layers a case puts around its handler: apalis' own, from the outside to the inside.
#[derive(Debug, Clone, Copy)]
pub struct Middleware {
    pub(super) concurrency: usize,
    pub(super) timeout: Option<Duration>,
    pub(super) catch_panic: bool,
}

impl Layer<LifecycleService<Handler>> for Middleware {
    type Service = BoxService<Task<Job>, (), BoxDynError>;

    fn layer(&self, handler: LifecycleService<Handler>) -> Self::Service {
        let mut service = BoxService::new(handler);
        if self.catch_panic {
            service = BoxService::new(CatchPanicLayer::new().layer(service));
        }
        if let Some(limit) = self.timeout {
            service = BoxService::new(TimeoutLayer::new(limit).layer(service));
        }
        BoxService::new(ConcurrencyLimitLayer::new(self.concurrency).layer(service))
    }
}
