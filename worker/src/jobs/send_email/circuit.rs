//! What a mail that was sent, or not, says of the mail server: mails are parked while it takes none.

use std::time::Duration;

use dossier_common::queue::{Job, JobError, JobHandle, SendEmail};

use crate::mail::MailError;
use crate::services::Services;

/// A mail that was tried in vain waits no longer than this for the next time, where it is up to the server.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// After so many times the waits grow no more.
const MAX_DOUBLINGS: u32 = 4;

/// What becomes of the job whose mail was not sent. While mails are parked it is the server's fault, not
/// the mail's: no attempt is counted, and no mail is given up.
pub(super) async fn failed(
    services: &Services,
    handle: &JobHandle,
    error: MailError,
) -> Result<JobError, JobError> {
    if matches!(error, MailError::Unwritable(_)) {
        return Ok(JobError::abort(error));
    }
    let (store, now) = (&services.store, services.clock.now());
    let failure = failure(handle, &error);
    if !store.count_mail_failure(&failure, now).await? {
        return Ok(match error.is_final() {
            true => JobError::abort(error),
            false => JobError::retry(error),
        });
    }
    let probe_every = services.mailer.probe_every();
    let (operator, reason) = (store.queue_operator(), error.to_string());
    operator
        .park_queue(SendEmail::QUEUE, probe_every, &reason)
        .await?;
    if !store.has_mail_failures().await? {
        // Another worker's mail was taken meanwhile.
        operator.unpark_queue(SendEmail::QUEUE).await?;
    }
    tracing::warn!(
        job = handle.id(),
        "mails are parked, one is tried every {probe_every:?} until the mail server takes one: {error}"
    );
    let doublings = handle.snoozes().min(MAX_DOUBLINGS);
    let wait = probe_every.saturating_mul(2_u32.pow(doublings));
    Ok(JobError::retry_after(
        error,
        wait.min(LONGEST_WAIT.max(probe_every)),
    ))
}

/// The mail server took a mail.
pub(super) async fn succeeded(services: &Services) -> Result<(), JobError> {
    let store = &services.store;
    if !store.has_mail_failures().await? {
        return Ok(());
    }
    // Before it, for a worker may die in between; after it, for another one may have parked meanwhile what
    // nothing is known against any more.
    let operator = store.queue_operator();
    operator.unpark_queue(SendEmail::QUEUE).await?;
    store.forget_mail_failures().await?;
    operator.unpark_queue(SendEmail::QUEUE).await?;
    tracing::info!("the mail server takes mails");
    Ok(())
}

/// A server that is not there fails every attempt; one that refuses a mail may do so for the mail's sake,
/// and counts once a mail.
fn failure(handle: &JobHandle, error: &MailError) -> String {
    match error {
        MailError::Refused(_) | MailError::Deferred(_) => handle.id(),
        _ => format!("{} {} {}", handle.id(), handle.attempt(), handle.snoozes()),
    }
}
