//! The ledger's part in sending a mail: what an attempt before this one has left open.

use dossier_common::queue::{JobError, JobHandle};
use dossier_common::store::StoreError;
use dossier_common::store::mails::{Mail, MailState};
use mongodb::bson::DateTime;

use crate::mail::{Duplicates, MailError};
use crate::services::Services;

/// What the job's log says when the mail may go out a second time.
const MAYBE_SENT: &str = "maybe_sent: an earlier attempt may have sent the mail, for it ended before \
                          that was known; it is sent again, with the same Message-ID";

/// Why a mail is not sent.
#[derive(Debug, thiserror::Error)]
#[error(
    "maybe_sent: an earlier attempt may have sent the mail, and MAIL_DUPLICATES is hold; look for its \
     Message-ID in the mail server's log, and let `dossier-worker jobs retry` send it where it is not there"
)]
struct Held;

/// Records that a mail is about to be sent; whether it is to be sent at all, which it is not when the
/// server has it already.
pub(super) async fn begin(
    services: &Services,
    handle: &JobHandle,
    kind: &str,
    now: DateTime,
) -> Result<bool, JobError> {
    let (store, id) = (&services.store, handle.id());
    let known = store.intend_mail(&id, kind, now).await?;
    if known.as_ref().is_some_and(Mail::is_taken) {
        return Ok(false);
    }
    if known.as_ref().is_some_and(Mail::may_be_taken) {
        // Whoever retries a job that has ended decides that it is sent again.
        if services.mailer.duplicates() == Duplicates::Hold && !handle.is_revived() {
            store.record_mail(&id, MailState::Held, None, now).await?;
            return Err(JobError::abort(Held));
        }
        handle.log(MAYBE_SENT).await?;
    }
    Ok(true)
}

/// Records what the mail server said.
pub(super) async fn record(
    services: &Services,
    job_id: &str,
    sent: &Result<String, MailError>,
) -> Result<(), StoreError> {
    let (state, answer) = match sent {
        Ok(answer) => (MailState::HandedOver, answer.clone()),
        Err(error @ MailError::Unanswered(_)) => (MailState::Unanswered, error.to_string()),
        Err(error) => (MailState::NotTaken, error.to_string()),
    };
    let now = services.clock.now();
    let store = &services.store;
    store.record_mail(job_id, state, Some(&answer), now).await
}

/// Records that all that follows from the mail is done.
pub(super) async fn settle(services: &Services, job_id: &str) -> Result<(), StoreError> {
    let now = services.clock.now();
    services.store.settle_mail(job_id, now).await
}
