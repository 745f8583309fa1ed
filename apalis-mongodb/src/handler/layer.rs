//! The outermost layer around a handler: it turns what comes out into a verdict and waits until
//! that stands in the store.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};
use std::time::Instant;

use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mongodb::bson::Bson;
use serde::Serialize;
use tower::{Layer, Service};

use super::log_attempt::log_attempt;
use super::release_on_drop::ReleaseOnDrop;
use super::{JobHandle, verdict};
use crate::error::BsonError;
use crate::metrics;
use crate::opaque;
use crate::settlement::{Ack, Verdict};

/// A handler panicked; the attempt failed and the worker lives on.
#[derive(Debug, thiserror::Error)]
#[error("the handler panicked: {0}")]
pub struct HandlerPanicked(pub(crate) String);

/// The layer this backend puts around all others.
#[derive(Debug, Clone, Copy, Default)]
pub struct SettleLayer(());

impl SettleLayer {
    pub(crate) fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for SettleLayer {
    type Service = SettleService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SettleService { inner }
    }
}

/// The service of [`SettleLayer`].
#[derive(Debug, Clone)]
pub struct SettleService<S> {
    inner: S,
}

impl<S, Args> Service<Task<Args>> for SettleService<S>
where
    S: Service<Task<Args>>,
    S::Response: Serialize + Send + 'static,
    S::Error: Into<BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<S::Response, BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<Args>) -> Self::Future {
        let job = task.data().get::<JobHandle>().cloned();
        // The state of a handler that panicked is dropped with its future.
        let called = catch_unwind(AssertUnwindSafe(|| self.inner.call(task)));
        let future = async move {
            match called {
                Ok(future) => match AssertUnwindSafe(future).catch_unwind().await {
                    Ok(result) => result.map_err(Into::into),
                    Err(panic) => Err(panicked(panic)),
                },
                Err(panic) => Err(panicked(panic)),
            }
        };
        match job {
            // From here on the job is given back if its future is dropped, polled or not.
            Some(job) => Box::pin(settled(ReleaseOnDrop::guard(job.clone()), job, future)),
            // A task of another backend that was piped through: not ours to acknowledge.
            None => Box::pin(future),
        }
    }
}

async fn settled<R: Serialize>(
    guard: ReleaseOnDrop,
    job: JobHandle,
    handler: impl Future<Output = Result<R, BoxDynError>>,
) -> Result<R, BoxDynError> {
    job.lease().due_at.get_or_init(|| job.run_at());
    let started_at = *job.lease().started_at.get_or_init(Instant::now);
    if let Some(clock) = job.runtime().clock.known() {
        metrics::started(job.queue(), job.run_at(), clock.at(started_at));
    }
    let result = handler.await;
    metrics::ran(job.queue(), started_at.elapsed());
    let of_result = || match &result {
        Ok(value) => match (job.skipped(), stored_result(&job, value)) {
            (Some(reason), _) => verdict::skipped(&reason),
            (None, Ok(result)) => Verdict::Done { result },
            (None, Err(error)) => verdict::unstorable(&error),
        },
        Err(error) => verdict::of_error(error, &job),
    };
    // Values and errors are the user's, and so is what they do when they are read.
    let verdict = catch_unwind(AssertUnwindSafe(of_result))
        .unwrap_or_else(|panic| verdict::of_error(&panicked(panic), &job));
    // Nothing becomes of a job that is lost, which is logged below.
    if job.lease().is_held() {
        log_attempt(&job, &verdict);
    }
    let settlement = job.settlement(verdict);
    guard.disarm();
    if job.runtime().settle(settlement).await == Ack::Stale {
        tracing::warn!(
            job = job.id(),
            queue = job.queue(),
            attempt = job.attempt(),
            "acknowledgement refused: the lease was lost"
        );
    }
    result
}

/// What is kept of a handler's value. One without a BSON form is kept as text; one that nests too
/// deep is not kept at all.
fn stored_result<R: Serialize>(job: &JobHandle, value: &R) -> Result<Option<Bson>, BsonError> {
    if !job.config().persist_results {
        return Ok(None);
    }
    let stored = match opaque::encode(value) {
        Ok(stored) => stored,
        Err(error) if error.0.is::<opaque::TooDeep>() => return Err(error),
        Err(_) => serde_json::to_string(value).map_or(Bson::Null, Bson::String),
    };
    Ok((stored != Bson::Null).then_some(stored))
}

fn panicked(panic: Box<dyn Any + Send>) -> BoxDynError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Box::new(HandlerPanicked(text))
}
