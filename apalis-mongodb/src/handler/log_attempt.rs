//! One line for each attempt: INFO when it went well, WARN when it failed and another one follows, ERROR
//! when the job is dead.

use std::time::{Duration, Instant};

use super::JobHandle;
use super::said::Said;
use crate::model::time;
use crate::settlement::Verdict;

/// The key in a job's metadata of the trace that it belongs to, in the form of W3C Trace Context.
pub const TRACEPARENT: &str = "traceparent";

/// Logs what becomes of `job` after an attempt; nothing where it was given back.
pub(super) fn log_attempt(job: &JobHandle, verdict: &Verdict) {
    let is_quiet = verdict.error().is_none() && !tracing::enabled!(tracing::Level::INFO);
    if is_quiet || matches!(verdict, Verdict::Release) {
        return;
    }
    let line = Line::of(job);
    let (attempt, attempts, named) = (job.attempt(), job.max_attempts(), line.named());
    let (ended, error) = (verdict.outcome(), verdict.reason().unwrap_or_default());
    let outcome = ended.as_str();
    // The fields are the same at every level.
    macro_rules! log {
        ($level:ident, $next_at:expr, $($text:tt)+) => {
            tracing::$level!(
                job = line.id,
                queue = line.queue,
                kind = line.said.kind,
                subject = line.said.subject,
                attempt,
                outcome,
                wait_ms = line.wait_ms,
                duration_ms = line.duration_ms,
                worker = line.worker,
                trace_id = line.trace_id,
                next_at = $next_at,
                $($text)+
            )
        };
    }
    match verdict {
        Verdict::Done { .. } | Verdict::Release => log!(
            info,
            None::<String>,
            "attempt {attempt} of {attempts} at {named} is done"
        ),
        Verdict::Skipped { .. } => log!(
            info,
            None::<String>,
            "attempt {attempt} of {attempts} at {named} is done, {error}"
        ),
        Verdict::Retry { delay, .. } => log!(
            warn,
            next_at(job, *delay),
            "attempt {attempt} of {attempts} at {named} failed, the next follows in {delay:.1?}: {error}"
        ),
        Verdict::Snooze {
            delay, error: None, ..
        } => log!(
            info,
            next_at(job, *delay),
            "attempt {attempt} of {attempts} at {named} was too early, it is made again in {delay:.1?}"
        ),
        Verdict::Snooze { delay, .. } => log!(
            warn,
            next_at(job, *delay),
            "attempt {attempt} of {attempts} at {named} is made again in {delay:.1?}: {error}"
        ),
        Verdict::Dead { .. } | Verdict::Unstorable { .. } => log!(
            error,
            None::<String>,
            "attempt {attempt} of {attempts} at {named} failed, the job is dead: {error}"
        ),
    }
}

/// What the line tells besides the verdict.
struct Line<'a> {
    id: String,
    queue: &'a str,
    worker: &'a str,
    said: Said,
    trace_id: Option<String>,
    /// From the moment the job was due to the start of its handler.
    wait_ms: Option<i64>,
    /// How long the handler ran.
    duration_ms: Option<i64>,
}

impl<'a> Line<'a> {
    fn of(job: &'a JobHandle) -> Self {
        let started_at = job.lease().started_at.get().copied();
        let clock = job.runtime().clock.known();
        let started = started_at.zip(clock).map(|(at, clock)| clock.at(at));
        let waited = started.map(|started| time::between(job.run_at(), started).max(0));
        let mut said = job.said().clone();
        Self {
            id: job.id(),
            queue: job.queue(),
            worker: job.worker(),
            trace_id: said.trace_id.take().or_else(|| attached_trace(job)),
            said,
            wait_ms: waited,
            duration_ms: started_at.map(|at| time::millis(at.elapsed())),
        }
    }

    /// The job, for people.
    fn named(&self) -> String {
        let (id, queue) = (&self.id, self.queue);
        match &self.said.subject {
            Some(subject) => format!("{queue} {id} ({subject})"),
            None => format!("{queue} {id}"),
        }
    }
}

/// The id of the trace that the job belongs to, if something of that form is attached to it.
fn attached_trace(job: &JobHandle) -> Option<String> {
    let id = job.metadata(TRACEPARENT)?.split('-').nth(1)?;
    let is_id = id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}

/// When the next attempt follows, by the server's clock, if that is known.
fn next_at(job: &JobHandle, delay: Duration) -> Option<String> {
    let clock = job.runtime().clock.known()?;
    let now = clock.at(Instant::now());
    Some(time::rfc3339(time::after(now, delay)))
}
