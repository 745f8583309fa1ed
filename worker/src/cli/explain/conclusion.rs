//! What a job's state means, and what to do about it.

use dossier_common::queue::JobState;
use dossier_common::queue::backend::JobRecord;
use dossier_common::store::Store;

use super::report::kind;
use crate::cli::instant::instant;

/// What has come of `job`, and what to do, in a sentence or two.
pub(super) async fn of(store: &Store, job: &JobRecord) -> anyhow::Result<String> {
    let what = kind(job).unwrap_or(&job.queue);
    let (id, run_at) = (&job.id, instant(job.run_at));
    let error = job.last_error.as_deref().unwrap_or("no error is known");
    Ok(match job.state {
        JobState::Scheduled if job.last_error.is_some() => format!(
            "{what} ({id}) failed {} times and is tried again at {run_at} by itself: {error}",
            job.attempts
        ),
        JobState::Scheduled => format!("{what} ({id}) was not tried yet; it is due at {run_at}"),
        JobState::Ready => format!(
            "{what} ({id}) has been ready since {run_at} and waits for a worker{}",
            why_it_waits(store, &job.queue).await?
        ),
        JobState::Running => {
            let worker = job.worker.as_deref().unwrap_or("a worker");
            let since = job.started_at.map(instant).unwrap_or_default();
            format!("{what} ({id}) has been running on {worker} since {since}")
        }
        JobState::Done => done(job, what),
        JobState::Dead => format!(
            "{what} ({id}) is dead since {}: {error}; remove the cause, then `dossier-worker jobs retry {id}`",
            job.finished_at.map(instant).unwrap_or_default()
        ),
        JobState::Cancelled => {
            format!("{what} ({id}) was cancelled; `dossier-worker jobs retry {id}` runs it")
        }
        JobState::Malformed => {
            let reason = job.malformed.as_deref().unwrap_or_default();
            format!("{id} is no job that a worker can read: {reason}")
        }
    })
}

fn done(job: &JobRecord, what: &str) -> String {
    let (id, at) = (&job.id, job.finished_at.map(instant).unwrap_or_default());
    match kind(job) {
        Some(_) => format!(
            "{what} ({id}) was done at {at}: the mail server took it, unless the mail had become pointless; its \
             Message-ID begins with <{id}@, ask the server's log for that"
        ),
        None => format!("{what} ({id}) was done at {at}"),
    }
}

/// Why nobody takes a job that is ready, where that can be told.
async fn why_it_waits(store: &Store, queue: &str) -> anyhow::Result<String> {
    let operator = store.queue_operator();
    let queues = operator.list_queues().await?;
    if queues.iter().any(|it| it.name == queue && it.paused) {
        return Ok(": the queue is paused".to_owned());
    }
    let workers = operator.list_workers(Some(queue)).await?;
    Ok(match workers.len() {
        0 => format!(
            ": none takes jobs from {queue}; start `dossier-worker run`, or add the queue to WORKER_QUEUES"
        ),
        workers => format!("; {workers} take jobs from {queue}"),
    })
}
