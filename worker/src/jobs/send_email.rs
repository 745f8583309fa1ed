//! Sending one mail.

use dossier_common::email::EmailAddress;
use dossier_common::file::FileState;
use dossier_common::id::{FileId, SignUpId, UserId};
use dossier_common::queue::{JobError, JobHandle, SendEmail};
use dossier_common::sign_up::SIGN_UP_TTL;
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::token::VerifyEmailClaims;
use dossier_common::user::User;
use mongodb::bson::DateTime;

use super::Run;
use crate::mail::{Email, Envelope};
use crate::services::Services;

/// What the job's log says when the mail may go out a second time.
const MAYBE_SENT: &str = "maybe_sent: an earlier worker died on this job and may have sent the mail; it carries the same Message-ID";

impl Run for SendEmail {
    /// Sends one mail, unless what it would say is no longer true.
    ///
    /// The message's id derives from the job's, so that a mail that is sent twice (a worker died
    /// between the server's acceptance and the acknowledgement) can be recognised.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        let now = services.clock.now();
        let Some(addressed) = address(&self, services, now).await? else {
            return Ok(());
        };
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
            true => JobError::abort(error),
            false => JobError::retry(error),
        })?;
        if let Self::SignUp { sign_up_id } = self {
            let expires_at = link_expiry(now);
            let recorded = services.store.record_sign_up_mail(sign_up_id, expires_at);
            recorded.await?;
        }
        tracing::info!(
            job = %handle.id(), template = email.template(),
            "sent {} to {}", email.template(), to.masked()
        );
        Ok(())
    }
}

/// A mail and whom it goes to.
struct Addressed {
    email: Email,
    to: EmailAddress,
    name: Option<String>,
}

impl Addressed {
    /// "You already have an account."
    fn account_exists(user: User) -> Self {
        Self {
            email: Email::AccountExists {
                name: user.name.clone(),
            },
            to: user.email,
            name: user.name,
        }
    }
}

/// The mail as it is to be written now; `None` when it has become pointless.
async fn address(
    job: &SendEmail,
    services: &Services,
    now: DateTime,
) -> Result<Option<Addressed>, StoreError> {
    match job {
        SendEmail::SignUp { sign_up_id } => of_sign_up(services, *sign_up_id, now).await,
        SendEmail::AccountExists { user_id } => of_account(services, *user_id).await,
        SendEmail::DocumentRejected { user_id, file_id } => {
            of_rejection(services, *user_id, *file_id).await
        }
        SendEmail::Verify {} => Ok(None),
    }
}

/// Whether the address has an account is asked here, not where somebody waits for an answer. What
/// somebody wrote as a name is not sent to an address that is not proven to be theirs.
async fn of_sign_up(
    services: &Services,
    id: SignUpId,
    now: DateTime,
) -> Result<Option<Addressed>, StoreError> {
    let Some(sign_up) = services.store.find_sign_up(id, now).await? else {
        return Ok(None);
    };
    let key = &sign_up.email_key;
    let known = services.store.find_user_by_email_key(key).await?;
    Ok(Some(match known {
        Some(user) => Addressed::account_exists(user),
        None => Addressed {
            email: Email::Verify {
                url: verification_url(services, id, now),
            },
            to: sign_up.email,
            name: None,
        },
    }))
}

async fn of_account(services: &Services, id: UserId) -> Result<Option<Addressed>, StoreError> {
    let user = services.store.find_user(id).await?;
    Ok(user.map(Addressed::account_exists))
}

async fn of_rejection(
    services: &Services,
    user_id: UserId,
    file_id: FileId,
) -> Result<Option<Addressed>, StoreError> {
    let store = &services.store;
    let Some(user) = store.find_user(user_id).await? else {
        return Ok(None);
    };
    let file = store.find_file(file_id, &FileScope::Everything).await?;
    let rejected = file.filter(|file| file.state == FileState::Rejected);
    Ok(rejected.and_then(|file| {
        Some(Addressed {
            email: Email::DocumentRejected {
                name: user.name.clone(),
                document: file.name,
                rejection: file.rejection?,
            },
            to: user.email,
            name: user.name,
        })
    }))
}

fn link_expiry(now: DateTime) -> DateTime {
    now.saturating_add_duration(SIGN_UP_TTL)
}

/// The link to confirm a sign-up. Its token is minted here: neither the queue nor the database
/// ever holds it.
fn verification_url(services: &Services, sign_up_id: SignUpId, now: DateTime) -> String {
    let expires_at = link_expiry(now).timestamp_millis() / 1000;
    let claims = VerifyEmailClaims {
        sign_up_id,
        expires_at: u64::try_from(expires_at).unwrap_or(0),
    };
    let token = services.token_keys.seal(&claims, now);
    format!("{}/verify-email/{token}", services.public_url)
}
