//! One line for each attempt that failed.

use super::JobHandle;
use crate::settlement::Verdict;

/// Logs what becomes of `job` after an attempt that failed; nothing of others.
pub(super) fn log_failure(job: &JobHandle, verdict: &Verdict) {
    let Some(error) = verdict.error() else {
        return;
    };
    let (id, queue, ended) = (job.id(), job.queue(), verdict.outcome());
    let outcome = ended.as_str();
    let (attempt, attempts) = (job.attempt(), job.max_attempts());
    match verdict {
        Verdict::Retry { delay, .. } => tracing::warn!(
            job = id,
            queue,
            attempt,
            outcome,
            "attempt {attempt} of {attempts} at {queue} {id} failed, the next follows in {delay:.1?}: {error}"
        ),
        Verdict::Snooze { delay, .. } => tracing::warn!(
            job = id,
            queue,
            attempt,
            outcome,
            "attempt {attempt} of {attempts} at {queue} {id} is made again in {delay:.1?}: {error}"
        ),
        _ => tracing::warn!(
            job = id,
            queue,
            attempt,
            outcome,
            "attempt {attempt} of {attempts} at {queue} {id} failed, the job is dead: {error}"
        ),
    }
}
