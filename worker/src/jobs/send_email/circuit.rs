//! What a mail that was sent, or not, says of the mail server: mails are parked while it takes none.

use std::time::Duration;

use dossier_common::email::EmailAddress;
use dossier_common::queue::{Job, JobError, JobHandle, SendEmail};
use dossier_common::store::mail_circuit::{CountedFailure, MailFailure};

use crate::mail::MailError;
use crate::services::Services;

/// A mail that was tried in vain waits no longer than this for the next time, where it is up to the server.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// After so many times the waits grow no more.
const MAX_DOUBLINGS: u32 = 4;

/// How long it is from one mail to the next while a server that answers refuses them or breaks off: the next one may
/// be to somebody whose mail it takes.
const PROBE_REFUSED: Duration = Duration::from_secs(1);

/// So often a mail counts at most whose handing over breaks: fewer than what parks mails, for it may be the
/// mail's fault.
const MOST_OF_A_MAIL: u32 = 3;

/// A worker that alone does not reach the server takes no more than one mail in this time.
const COOLDOWN: Duration = Duration::from_secs(10);

/// A mail of such a worker is due again within this time: another worker sends it.
const GIVEN_BACK_FOR: Duration = Duration::from_secs(2);

/// After so many failures in a row a worker is alone with them, unless they have parked the mails.
const ALONE_FROM: u32 = 5;

/// What becomes of the job whose mail to `to` was not sent. While mails are parked it is the server's fault, not
/// the mail's: no attempt is counted, and no mail is given up.
pub(super) async fn failed(
    services: &Services,
    handle: &JobHandle,
    to: &EmailAddress,
    error: MailError,
) -> Result<JobError, JobError> {
    if matches!(error, MailError::Unwritable(_)) {
        return Ok(JobError::abort(error));
    }
    let (store, now) = (&services.store, services.clock.now());
    let failure = failure(handle, to, &error);
    let counted = store.count_mail_failure(&failure, now).await?;
    let is_alone = cool_down(services, &error, counted);
    if counted.is_open {
        return park(services, handle, error).await;
    }
    Ok(match error.is_final() {
        true => JobError::abort(error),
        // Nothing was handed over, and it is not the mail's fault.
        false if is_alone => JobError::retry_after(error, jittered(services, GIVEN_BACK_FOR)),
        false => JobError::retry(error),
    })
}

/// Parks the mails after `error`; what becomes of its job.
async fn park(
    services: &Services,
    handle: &JobHandle,
    error: MailError,
) -> Result<JobError, JobError> {
    let store = &services.store;
    let probe_every = match &error {
        MailError::Refused(_) | MailError::Deferred(_) | MailError::Interrupted(_) => {
            PROBE_REFUSED.min(services.mailer.probe_every())
        }
        _ => services.mailer.probe_every(),
    };
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
    if matches!(error, MailError::Unanswered(_)) {
        // The server may have it. What is sent again has an end, whatever is parked.
        return Ok(JobError::retry(error));
    }
    let first = services.mailer.probe_every();
    let doublings = handle.snoozes().min(MAX_DOUBLINGS);
    let wait = first.saturating_mul(2_u32.pow(doublings));
    Ok(JobError::retry_after(
        error,
        wait.min(LONGEST_WAIT.max(first)),
    ))
}

/// Whether this worker does not reach the server while others do. It takes the next mail only after a while then, so
/// that the others send most of them.
fn cool_down(services: &Services, error: &MailError, counted: CountedFailure) -> bool {
    let cooldown = services.mailer.cooldown();
    let MailError::Unavailable(_) = error else {
        cooldown.reset();
        return false;
    };
    let in_a_row = cooldown.count_failure();
    let is_alone = counted.is_excluded || (!counted.is_open && in_a_row >= ALONE_FROM);
    match is_alone {
        true => {
            let longest = COOLDOWN.min(services.mailer.probe_every());
            cooldown.begin(jittered(services, longest));
        }
        // Once mails are parked no more, all workers go on at once.
        false => cooldown.end(),
    }
    is_alone
}

/// Between half of `longest` and all of it.
fn jittered(services: &Services, longest: Duration) -> Duration {
    let random = u16::from_le_bytes(services.entropy.bytes());
    longest.mul_f64(0.5 + f64::from(random) / 131_072.0)
}

/// The mail server took a mail to `to`.
pub(super) async fn succeeded(
    services: &Services,
    handle: &JobHandle,
    to: &EmailAddress,
) -> Result<(), JobError> {
    services.mailer.cooldown().reset();
    let (store, domain) = (&services.store, to.domain_key());
    let these = [&*domain, handle.worker()];
    let Some(news) = store.news_of_mail(these).await? else {
        return Ok(());
    };
    // Before it, for a worker may die in between; after it, for another one may have parked meanwhile what
    // nothing is known against any more.
    let operator = store.queue_operator();
    operator.unpark_queue(SendEmail::QUEUE).await?;
    let now = services.clock.now();
    store.forget_mail_failures(news, these, now).await?;
    operator.unpark_queue(SendEmail::QUEUE).await?;
    tracing::info!("the mail server takes mails");
    Ok(())
}

/// A server that is not there fails every attempt. One that refuses a mail may do so for the mail's sake,
/// and counts once a mail; one that breaks off counts a few times.
fn failure(handle: &JobHandle, to: &EmailAddress, error: &MailError) -> MailFailure {
    let tried = handle.attempt().saturating_add(handle.snoozes());
    match error {
        MailError::Refused(_) | MailError::Deferred(_) => MailFailure {
            key: handle.id(),
            of: to.domain_key(),
        },
        MailError::Interrupted(_) | MailError::Unanswered(_) => MailFailure {
            key: format!("{} {}", handle.id(), tried.min(MOST_OF_A_MAIL)),
            of: to.domain_key(),
        },
        _ => MailFailure {
            key: format!("{} {tried}", handle.id()),
            of: handle.worker().to_owned(),
        },
    }
}
