//! What a job's state means, and what to do about it.

use super::sent;
use super::waiting::Waiting;
use crate::clock::to_the_second;
use crate::queue::JobState;
use crate::queue::backend::JobRecord;
use crate::store::mails::Mail;
use crate::store::{Store, StoreError};

/// What has come of `job`, and what to do, in a sentence or two.
pub(super) async fn of(store: &Store, job: &JobRecord) -> Result<String, StoreError> {
    let what = kind_of_mail(job).unwrap_or(&job.queue);
    let id = &job.id;
    let says = match job.state {
        JobState::Scheduled | JobState::Ready => {
            waits(job, &Waiting::read(store, &job.queue).await?)
        }
        JobState::Running => {
            let worker = job.worker.as_deref().unwrap_or("a worker");
            let since = job.started_at.map(to_the_second).unwrap_or_default();
            format!("has been running on {worker} since {since}")
        }
        JobState::Done | JobState::Dead | JobState::Cancelled => {
            let mail = match kind_of_mail(job) {
                Some(_) => store.find_mail(id).await?,
                None => None,
            };
            ended(job, mail.as_ref())
        }
        JobState::Malformed => {
            let reason = job.malformed.as_deref().unwrap_or_default();
            return Ok(format!("{id} is no job that a worker can read: {reason}"));
        }
    };
    Ok(format!("{what} ({id}) {says}"))
}

fn waits(job: &JobRecord, queue: &Waiting) -> String {
    let run_at = to_the_second(job.run_at);
    // Where the fault was not the job's, its attempt is not counted.
    let attempts = format!("{} of {} attempts counted", job.attempts, job.max_attempts);
    if job.state == JobState::Ready {
        let failed = job.last_error.as_ref();
        let failed = failed.map(|error| format!("; it failed before ({attempts}): {error}"));
        return format!(
            "has been ready since {run_at} and waits for a worker: {}{}",
            queue.says(),
            failed.unwrap_or_default()
        );
    }
    let queue = queue.paused_or_parked().map(|it| format!("; {it}"));
    let queue = queue.unwrap_or_default();
    match &job.last_error {
        Some(error) => {
            format!("failed ({attempts}) and is tried again at {run_at} by itself: {error}{queue}")
        }
        None => format!("was not tried yet; it is due at {run_at}{queue}"),
    }
}

fn ended(job: &JobRecord, mail: Option<&Mail>) -> String {
    let id = &job.id;
    let at = job.finished_at.map(to_the_second).unwrap_or_default();
    match job.state {
        JobState::Dead => {
            let error = job.last_error.as_deref().unwrap_or("no error is known");
            let retry = format!("remove the cause, then `dossier-worker jobs retry {id}`");
            let retry = sent::what_to_do(mail, retry);
            format!("is dead since {at}: {error}; {retry}")
        }
        JobState::Cancelled => {
            let retry = format!("`dossier-worker jobs retry {id}` runs it");
            format!("was cancelled; {}", sent::what_to_do(mail, retry))
        }
        _ => done(job, mail, &at),
    }
}

fn done(job: &JobRecord, mail: Option<&Mail>, at: &str) -> String {
    // Of a job that is done it says why there was nothing to do.
    if let Some(why) = &job.last_error {
        let has_it = mail.and_then(sent::has_it).map(|it| format!("; but {it}"));
        let has_it = has_it.unwrap_or_default();
        return format!("was done at {at} without effect: {why}{has_it}");
    }
    if kind_of_mail(job).is_none() {
        return format!("was done at {at}");
    }
    format!(
        "was done at {at}: {}; {}",
        sent::taken(mail),
        sent::in_the_log(&job.id)
    )
}

/// What kind of mail a job sends, if it sends one.
pub fn kind_of_mail(job: &JobRecord) -> Option<&str> {
    job.payload.as_document()?.get_str("template").ok()
}
