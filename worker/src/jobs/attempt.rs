//! One attempt at a job: a span of the trace that the job belongs to.

use apalis::prelude::Data;
use dossier_common::queue::{Cause, Job, JobError, JobHandle};
use dossier_common::trace::{Span, SpanKind, TRACEPARENT, TRACESTATE, TraceContext};

use super::Run;
use crate::services::Services;

/// Makes one attempt at `job`. What it enqueues is enqueued for it, and is of the same trace.
pub(super) async fn attempt<J: Run>(
    job: J,
    services: Data<Services>,
    handle: JobHandle,
) -> Result<(), JobError> {
    let span = begin::<J>(&job, &handle);
    handle.set_kind(job.kind());
    handle.set_trace_id(span.context().trace_id());
    let (cause, context) = (Cause::of_job(handle.id()), span.context().clone());
    let running = cause.scope(job.run(&services, &handle));
    let ended = context.scope(running).await;
    match &ended {
        Ok(()) => span.succeed(),
        Err(JobError::Snooze(_)) => span.succeed(),
        Err(JobError::Abort(_)) => span.fail("aborted"),
        Err(JobError::RetryAfter(..)) => span.fail("retry_after"),
        Err(_) => span.fail("failed"),
    }
    ended
}

/// The span of an attempt, below whatever enqueued the job. Every attempt is of the same trace; those
/// after the first are linked to what enqueued it, besides.
fn begin<J: Job>(job: &J, handle: &JobHandle) -> Span {
    let name = format!("process {}", J::QUEUE);
    let parent = handle
        .metadata(TRACEPARENT)
        .and_then(|parent| TraceContext::parse(parent, handle.metadata(TRACESTATE)));
    let mut span = match &parent {
        Some(parent) if handle.attempt() > 1 => Span::begin_again(SpanKind::Consumer, name, parent),
        parent => Span::begin(SpanKind::Consumer, name, parent.as_ref()),
    };
    if span.is_recorded() {
        span.set("messaging.system", "apalis_mongodb");
        span.set("messaging.operation.type", "process");
        span.set("messaging.operation.name", "process");
        span.set("messaging.destination.name", J::QUEUE);
        span.set("messaging.message.id", handle.id());
        span.set("messaging.client.id", handle.worker().to_owned());
        span.set("dossier.job.kind", job.kind());
        span.set("dossier.job.attempt", i64::from(handle.attempt()));
        span.set("dossier.job.max_attempts", i64::from(handle.max_attempts()));
    }
    span
}
