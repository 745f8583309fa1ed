//! Sending one mail.

use dossier_common::file::{File, FileState};
use dossier_common::queue::{JobError, JobHandle, SendEmail};
use dossier_common::store::StoreError;
use dossier_common::store::files::FileScope;
use dossier_common::token::VerifyEmailClaims;
use dossier_common::user::User;
use dossier_common::verification::Verification;
use mongodb::bson::DateTime;

use super::Run;
use crate::mail::{Email, Envelope};
use crate::services::Services;

/// How many documents one mail names.
const LISTED: usize = 100;

/// What the job's log says when the mail may go out a second time.
const MAYBE_SENT: &str = "maybe_sent: an earlier worker died on this job and may have sent the mail; it carries the same Message-ID";

impl Run for SendEmail {
    /// Sends one mail, unless what it would say is no longer true.
    ///
    /// The message's id derives from the job's, so that a mail that is sent twice (a worker died
    /// between the server's acceptance and the acknowledgement) can be recognised.
    async fn run(self, services: &Services, handle: &JobHandle) -> Result<(), JobError> {
        let Some(user) = services.store.find_user(self.user_id()).await? else {
            return Ok(());
        };
        let Some(email) = email(&self, services, &user).await? else {
            return Ok(());
        };
        if handle.crashes() > 0 {
            handle.log(MAYBE_SENT).await?;
        }
        let envelope = Envelope {
            to: &user.email,
            name: user.name.as_deref(),
            job_id: &handle.id(),
            date: services.clock.now(),
        };
        let sent = services.mailer.send(&email, &envelope).await;
        sent.map_err(|error| match error.is_final() {
            true => JobError::abort(error),
            false => JobError::retry(error),
        })?;
        tracing::info!(
            job = %handle.id(), user = %user.id, template = email.template(),
            "sent {} to {}", email.template(), user.email.masked()
        );
        Ok(())
    }
}

/// The mail as it is to be written now; `None` when it has become pointless.
async fn email(
    job: &SendEmail,
    services: &Services,
    user: &User,
) -> Result<Option<Email>, StoreError> {
    let name = user.name.clone();
    match job {
        SendEmail::Verify {
            verification_id, ..
        } => {
            let verification = services.store.find_verification(*verification_id).await?;
            let live = verification.filter(|it| it.is_live(services.clock.now()));
            Ok(live.map(|verification| Email::Verify {
                name,
                url: verification_url(services, &verification),
            }))
        }
        SendEmail::AccountExists { .. } => Ok(Some(Email::AccountExists { name })),
        SendEmail::DocumentRejected { file_id, .. } => {
            let store = &services.store;
            let file = store.find_file(*file_id, &FileScope::Everything).await?;
            let is_rejected = |file: &File| file.state == FileState::Rejected;
            let files = file.into_iter().filter(is_rejected).collect();
            Ok(rejected(name, files))
        }
        SendEmail::DocumentsRejected {
            user_id,
            since_millis,
            until_millis,
        } => {
            let [since, until] = [*since_millis, *until_millis].map(DateTime::from_millis);
            let limit = LISTED as i64 + 1;
            let listing = services
                .store
                .list_files_rejected_again(*user_id, since, until, limit);
            Ok(rejected(name, listing.await?))
        }
    }
}

/// What is to be told of `files`; `None` when none of them is there any more.
fn rejected(name: Option<String>, files: Vec<File>) -> Option<Email> {
    let mut documents: Vec<_> = files
        .into_iter()
        .filter_map(|file| Some((file.name, file.rejection?)))
        .collect();
    let more = documents.len() > LISTED;
    documents.truncate(LISTED);
    match &documents[..] {
        [] => None,
        [(document, rejection)] => Some(Email::DocumentRejected {
            name,
            document: document.clone(),
            rejection: rejection.clone(),
        }),
        _ => Some(Email::DocumentsRejected {
            name,
            documents,
            more,
        }),
    }
}

/// The link to confirm an address. Its token is minted here: neither the queue nor the database
/// ever holds it.
fn verification_url(services: &Services, verification: &Verification) -> String {
    let expires_at = verification.expires_at.timestamp_millis() / 1000;
    let claims = VerifyEmailClaims {
        user_id: verification.user_id,
        verification_id: verification.id,
        expires_at: u64::try_from(expires_at).unwrap_or(0),
    };
    let token = services.token_keys.seal(&claims, services.clock.now());
    format!("{}/verify-email/{token}", services.public_url)
}
