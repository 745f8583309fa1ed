//! Sending one mail.

mod account;
mod addressed;
mod circuit;
mod documents;
mod first_download;
mod invitation;
mod ledger;
mod rejection;
mod reset;
mod sign_up;

use std::time::Duration;

use dossier_common::queue::{Job, JobError, JobHandle, SendEmail};
use dossier_common::reset::ResetOf;
use dossier_common::store::StoreError;
use dossier_common::telemetry::{MailCount, MailOutcome};
use mongodb::bson::DateTime;

use super::Run;
use crate::cooldown::Cooldown;
use crate::mail::Envelope;
use crate::services::Services;
use addressed::{Addressed, Decision};

/// How long a job waits whose lease ran out before its mail was begun, where no other worker has it yet.
const LOST_WAIT: Duration = Duration::from_secs(1);

/// Why a mail is not begun.
#[derive(Debug, thiserror::Error)]
#[error("the job is not this worker's any more, so its mail was not begun")]
struct Lost;

impl Run for SendEmail {
    /// Sends one mail, unless what it would say is no longer true.
    ///
    /// The ledger knows how far the mail got. Where the server may have it, for a worker died between its
    /// acceptance and the record of it, `MAIL_DUPLICATES` says whether it is sent again; the message's id
    /// derives from the job's, so that a second one can be recognised.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        let mut count = MailCount::begin(handle.attempt() >= handle.max_attempts());
        let attempted = attempt(&self, services, handle).await;
        match &attempted {
            Ok(outcome) => count.set(*outcome),
            Err(JobError::Abort(_)) => count.set(MailOutcome::Dead),
            Err(JobError::Snooze(_) | JobError::RetryAfter(..)) => count.set(MailOutcome::Failed),
            Err(_) => {}
        }
        attempted.map(drop)
    }

    fn cooldown(services: &Services) -> Cooldown {
        services.mailer.cooldown().clone()
    }
}

/// What came of one attempt that did not fail.
async fn attempt(
    job: &SendEmail,
    services: &Services,
    handle: &JobHandle,
) -> Result<MailOutcome, JobError> {
    let now = services.clock.now();
    let id = handle.id();
    let addressed = match address(job, services, &id, now).await? {
        Ok(addressed) => addressed,
        Err(why) => {
            handle.skip(why);
            return Ok(MailOutcome::Skipped);
        }
    };
    handle.describe(addressed.to.masked());
    still_held(handle)?;
    match ledger::begin(services, handle, job.kind(), now).await? {
        true => send(job, services, handle, &addressed, now).await?,
        false => record(job, services, &id, now).await?,
    }
    ledger::settle(services, &id).await?;
    Ok(MailOutcome::Sent)
}

/// Hands the mail over, and records what the server said and what follows from it.
async fn send(
    job: &SendEmail,
    services: &Services,
    handle: &JobHandle,
    addressed: &Addressed,
    now: DateTime,
) -> Result<(), JobError> {
    let (email, to, id) = (&addressed.email, &addressed.to, handle.id());
    let envelope = Envelope {
        to,
        name: addressed.name.as_deref(),
        job_id: &id,
        date: now,
    };
    // Once it is begun it is handed over to its end, for nobody could tell whether the server has it.
    still_held(handle)?;
    let sent = services.mailer.send(email, &envelope).await;
    // That the mail server works does not wait for the ledger.
    let works = async {
        match sent {
            Ok(_) => circuit::succeeded(services, handle, to).await,
            Err(_) => Ok(()),
        }
    };
    // An attempt that ends in between finds in the ledger how far the mail got, whatever else is recorded.
    let follows = async {
        match sent {
            Ok(_) => record(job, services, &id, now).await,
            Err(_) => Ok(()),
        }
    };
    let noted = ledger::record(services, &id, &sent);
    let (noted, works, follows) = tokio::join!(noted, works, follows);
    noted?;
    works?;
    follows?;
    if let Err(error) = sent {
        return Err(circuit::failed(services, handle, to, error).await?);
    }
    tracing::info!(
        job = id,
        template = email.template(),
        "sent {} to {}",
        email.template(),
        to.masked()
    );
    Ok(())
}

/// Fails where an operator has taken the job from this worker, or its lease ran out: it may run elsewhere, or
/// is not to run at all.
fn still_held(handle: &JobHandle) -> Result<(), JobError> {
    match handle.is_lost() {
        true => Err(JobError::retry_after(Lost, LOST_WAIT)),
        false => Ok(()),
    }
}

/// The mail as it is to be written now, or why it has become pointless.
async fn address(
    job: &SendEmail,
    services: &Services,
    job_id: &str,
    now: DateTime,
) -> Result<Decision, StoreError> {
    match job {
        SendEmail::SignUp { sign_up_id } => sign_up::address(services, *sign_up_id, now).await,
        SendEmail::Invitation { invitation_id } => {
            invitation::address(services, *invitation_id, now).await
        }
        SendEmail::ResetPassword { reset_id } => {
            reset::address(services, ResetOf::Password, *reset_id, now).await
        }
        SendEmail::ResetSecondFactor { reset_id } => {
            reset::address(services, ResetOf::SecondFactor, *reset_id, now).await
        }
        SendEmail::PasswordChanged { user_id } => {
            account::of(services, *user_id, account::password_changed).await
        }
        SendEmail::SecondFactorChanged { user_id, enabled } => {
            let write = match enabled {
                true => account::second_factor_enabled,
                false => account::second_factor_disabled,
            };
            account::of(services, *user_id, write).await
        }
        SendEmail::AccountExists { user_id } => {
            account::of(services, *user_id, account::exists).await
        }
        SendEmail::DocumentRejected { user_id, file_id } => {
            rejection::of_file(services, *user_id, *file_id).await
        }
        SendEmail::DocumentsRejected {
            user_id,
            since_millis,
            until_millis,
        } => rejection::of_time(services, *user_id, [*since_millis, *until_millis]).await,
        SendEmail::DocumentsAvailable { address_id } => {
            documents::address(services, job_id, *address_id, now).await
        }
        SendEmail::FirstDownload { file_id, .. } => {
            first_download::address(services, *file_id).await
        }
        SendEmail::Verify {} => Ok(Err("it is of a sign-up that an older release has taken")),
    }
}

/// Records that the mail was sent, where a link in it lives from now.
async fn record(
    job: &SendEmail,
    services: &Services,
    job_id: &str,
    now: DateTime,
) -> Result<(), StoreError> {
    match job {
        SendEmail::SignUp { sign_up_id } => sign_up::record(services, *sign_up_id, now).await,
        SendEmail::Invitation { invitation_id } => {
            invitation::record(services, *invitation_id, now).await
        }
        SendEmail::ResetPassword { reset_id } | SendEmail::ResetSecondFactor { reset_id } => {
            reset::record(services, *reset_id, now).await
        }
        SendEmail::DocumentsAvailable { address_id } => {
            documents::record(services, job_id, *address_id, now).await
        }
        SendEmail::PasswordChanged { .. }
        | SendEmail::SecondFactorChanged { .. }
        | SendEmail::AccountExists { .. }
        | SendEmail::DocumentRejected { .. }
        | SendEmail::DocumentsRejected { .. }
        | SendEmail::FirstDownload { .. }
        | SendEmail::Verify {} => Ok(()),
    }
}
