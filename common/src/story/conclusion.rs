//! What a job's state means, and what to do about it.

use crate::clock::to_the_second;
use crate::queue::JobState;
use crate::queue::backend::JobRecord;
use crate::store::mails::Mail;
use crate::store::{Store, StoreError};

/// What has come of `job`, and what to do, in a sentence or two.
pub(super) async fn of(store: &Store, job: &JobRecord) -> Result<String, StoreError> {
    let what = kind_of_mail(job).unwrap_or(&job.queue);
    let (id, run_at) = (&job.id, to_the_second(job.run_at));
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
            let since = job.started_at.map(to_the_second).unwrap_or_default();
            format!("{what} ({id}) has been running on {worker} since {since}")
        }
        JobState::Done => done(store, job, what).await?,
        JobState::Dead => format!(
            "{what} ({id}) is dead since {}: {error}; remove the cause, then `dossier-worker jobs retry {id}`",
            job.finished_at.map(to_the_second).unwrap_or_default()
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

async fn done(store: &Store, job: &JobRecord, what: &str) -> Result<String, StoreError> {
    let id = &job.id;
    let at = job.finished_at.map(to_the_second).unwrap_or_default();
    // Of a job that is done it says why there was nothing to do.
    if let Some(why) = &job.last_error {
        return Ok(format!(
            "{what} ({id}) was done at {at} without effect: {why}"
        ));
    }
    if kind_of_mail(job).is_none() {
        return Ok(format!("{what} ({id}) was done at {at}"));
    }
    let mail = store.find_mail(id).await?;
    let answer = mail.filter(Mail::is_taken).and_then(|mail| mail.answer);
    let taken = match answer {
        Some(answer) => format!("the mail server took it and said {answer:?}"),
        None => "the mail server took it".to_owned(),
    };
    Ok(format!(
        "{what} ({id}) was done at {at}: {taken}; its Message-ID begins with <{id}@, ask the server's log for that"
    ))
}

/// Why nobody takes a job that is ready, where that can be told.
async fn why_it_waits(store: &Store, queue: &str) -> Result<String, StoreError> {
    let queues = store.list_queues().await?;
    if queues.iter().any(|it| it.name == queue && it.paused) {
        return Ok(": the queue is paused".to_owned());
    }
    let workers = store.list_workers(Some(queue)).await?;
    Ok(match workers.len() {
        0 => format!(
            ": none takes jobs from {queue}; start `dossier-worker run`, or add the queue to WORKER_QUEUES"
        ),
        workers => format!("; {workers} take jobs from {queue}"),
    })
}

/// What kind of mail a job sends, if it sends one.
pub fn kind_of_mail(job: &JobRecord) -> Option<&str> {
    job.payload.as_document()?.get_str("template").ok()
}
