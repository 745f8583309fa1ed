//! Sending one mail.

mod account;
mod addressed;
mod invitation;
mod rejection;
mod reset;
mod sign_up;

use dossier_common::queue::{JobError, JobHandle, SendEmail};
use dossier_common::reset::ResetOf;
use dossier_common::store::StoreError;
use dossier_common::telemetry::{MailCount, MailOutcome};
use mongodb::bson::DateTime;

use super::Run;
use crate::mail::Envelope;
use crate::services::Services;
use addressed::Addressed;

/// What the job's log says when the mail may go out a second time.
const MAYBE_SENT: &str = "maybe_sent: an earlier worker died on this job and may have sent the mail; it carries the same Message-ID";

impl Run for SendEmail {
    /// Sends one mail, unless what it would say is no longer true.
    ///
    /// The message's id derives from the job's, so that a mail that is sent twice (a worker died
    /// between the server's acceptance and the acknowledgement) can be recognised.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        let now = services.clock.now();
        let mut count = MailCount::begin(handle.attempt() >= handle.max_attempts());
        let Some(addressed) = address(&self, services, now).await? else {
            count.set(MailOutcome::Skipped);
            return Ok(());
        };
        handle.describe(addressed.to.masked());
        if handle.crashes() > 0 {
            handle.log(MAYBE_SENT).await?;
        }
        let (email, to) = (&addressed.email, &addressed.to);
        let envelope = Envelope {
            to,
            name: addressed.name.as_deref(),
            job_id: &handle.id(),
            date: now,
        };
        let sent = services.mailer.send(email, &envelope).await;
        sent.map_err(|error| match error.is_final() {
            true => {
                count.set(MailOutcome::Dead);
                JobError::abort(error)
            }
            false => JobError::retry(error),
        })?;
        count.set(MailOutcome::Sent);
        record(&self, services, now).await?;
        tracing::info!(
            job = %handle.id(), template = email.template(),
            "sent {} to {}", email.template(), to.masked()
        );
        Ok(())
    }
}

/// The mail as it is to be written now; `None` when it has become pointless.
async fn address(
    job: &SendEmail,
    services: &Services,
    now: DateTime,
) -> Result<Option<Addressed>, StoreError> {
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
        SendEmail::Verify {} => Ok(None),
    }
}

/// Records that the mail was sent, where a link in it lives from now.
async fn record(job: &SendEmail, services: &Services, now: DateTime) -> Result<(), StoreError> {
    match job {
        SendEmail::SignUp { sign_up_id } => sign_up::record(services, *sign_up_id, now).await,
        SendEmail::Invitation { invitation_id } => {
            invitation::record(services, *invitation_id, now).await
        }
        SendEmail::ResetPassword { reset_id } | SendEmail::ResetSecondFactor { reset_id } => {
            reset::record(services, *reset_id, now).await
        }
        SendEmail::PasswordChanged { .. }
        | SendEmail::SecondFactorChanged { .. }
        | SendEmail::AccountExists { .. }
        | SendEmail::DocumentRejected { .. }
        | SendEmail::DocumentsRejected { .. }
        | SendEmail::Verify {} => Ok(()),
    }
}
