//! One line for each attempt that failed: WARN while another one follows, ERROR when the job is dead.

use std::time::{Duration, Instant};

use super::JobHandle;
use crate::model::time;
use crate::settlement::Verdict;

/// Logs what becomes of `job` after an attempt that failed; nothing of others.
pub(super) fn log_failure(job: &JobHandle, verdict: &Verdict) {
    let Some(error) = verdict.error() else {
        return;
    };
    let (id, queue, ended) = (job.id(), job.queue(), verdict.outcome());
    let outcome = ended.as_str();
    let (attempt, attempts) = (job.attempt(), job.max_attempts());
    let subject = job.subject();
    let named = match &subject {
        Some(subject) => format!("{queue} {id} ({subject})"),
        None => format!("{queue} {id}"),
    };
    match verdict {
        Verdict::Retry { delay, .. } => tracing::warn!(
            job = id,
            queue,
            subject,
            attempt,
            outcome,
            next_at = next_at(job, *delay),
            "attempt {attempt} of {attempts} at {named} failed, the next follows in {delay:.1?}: {error}"
        ),
        Verdict::Snooze { delay, .. } => tracing::warn!(
            job = id,
            queue,
            subject,
            attempt,
            outcome,
            next_at = next_at(job, *delay),
            "attempt {attempt} of {attempts} at {named} is made again in {delay:.1?}: {error}"
        ),
        _ => tracing::error!(
            job = id,
            queue,
            subject,
            attempt,
            outcome,
            "attempt {attempt} of {attempts} at {named} failed, the job is dead: {error}"
        ),
    }
}

/// When the next attempt follows, by the server's clock, if that is known.
fn next_at(job: &JobHandle, delay: Duration) -> Option<String> {
    let clock = job.runtime().clock.known()?;
    let now = clock.at(Instant::now());
    Some(time::rfc3339(time::after(now, delay)))
}
