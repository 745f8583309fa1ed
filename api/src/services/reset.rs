//! Replacing a forgotten password, with the token from a mail.

use std::time::Duration;

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::email::EmailAddress;
use dossier_common::id::{JobId, ResetId};
use dossier_common::reset::{AskedBy, ResetOf};
use dossier_common::store::passwords::NewPassword;
use dossier_common::token::ResetPasswordClaims;
use mongodb::bson::DateTime;
use tokio::time::{Instant, sleep_until};

use super::device::device_token_after;
use crate::origin::Origin;
use crate::password::{HashingPlace, Password, check_length};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// What everybody who asks for another password is told.
pub const RESET_MESSAGE: &str =
    "If this address has an account, a mail with a link to choose another password is on its way.";

/// How long the answer takes: longer than whatever is done, so that the time does not tell whether a
/// mail is under way already.
const RESET_TIME: Duration = Duration::from_millis(250);

/// Asks for a mail with which the password of an address's account can be replaced.
///
/// Whether there is an account is not even asked here: the worker that sends the mail does.
///
/// # Errors
///
/// [`Problem`] when `email` is no address, or too many mails were asked for.
pub async fn ask_for_reset(state: &AppState, origin: &Origin, email: &str) -> Result<(), Problem> {
    let email: EmailAddress = email
        .parse()
        .map_err(|error| Problem::invalid_field("email", format!("{error}")))?;
    let answer_at = Instant::now() + RESET_TIME;
    state.throttle.reset_mail_to(&email).await?;
    let entry = state.audit.entry(Act::AskForReset, origin);
    let entry = entry.about_address(state.audit.pseudonym(&email));
    let now = state.clock.now();
    let id = ResetId::generate(&state.entropy, now);
    let job = JobId::generate(&state.entropy, now);
    let (of, key) = (ResetOf::Password, email.key());
    state
        .store
        .transaction("ask for a reset", |tx| {
            let (key, entry) = (key.clone(), entry.clone());
            Box::pin(async move {
                let by = AskedBy::Anybody;
                tx.insert_reset(of, by, &key, id, job, now).await?;
                tx.record(entry).await
            })
        })
        .await?;
    sleep_until(answer_at).await;
    Ok(())
}

/// Gives the account that the token is for another password, and ends its sessions; a device token that
/// goes with the new password. Nobody is logged in, and a second factor stays as it is.
///
/// # Errors
///
/// [`Problem`] with the rule that the password breaks, after which the token is still good; one and
/// the same for a forged, expired or used token.
pub async fn reset_password(
    state: &AppState,
    origin: &Origin,
    token: &str,
    password: &Password,
) -> Result<String, Problem> {
    let entry = state.audit.entry(Act::ResetPassword, origin);
    let reset = try_to_reset(state, origin, entry.clone(), token, password).await;
    state.audit.record_invalid_token(entry, &reset).await;
    reset
}

async fn try_to_reset(
    state: &AppState,
    origin: &Origin,
    entry: AuditEntry,
    token: &str,
    password: &Password,
) -> Result<String, Problem> {
    let now = state.clock.now();
    let claims: ResetPasswordClaims = state.token_keys.open(token, now).map_err(|_| refused())?;
    check_length(password).map_err(|rule| Problem::invalid_field("new_password", rule))?;
    let place = state.passwords.place(origin.network)?;
    let (id, of) = (claims.reset_id, ResetOf::Password);
    let reset = state.store.find_reset(id, of, now).await?;
    let reset = reset.ok_or_else(refused)?;
    let user = state.store.find_user_by_email_key(&reset.email_key).await?;
    let user = user.ok_or_else(refused)?;
    let hashing = place.hash_new("new_password", password, user.email.as_str());
    let new = NewPassword {
        password_hash: hashing.await?,
        user,
        only_if_unchanged: false,
        keep: None,
        job: JobId::generate(&state.entropy, now),
    };
    // Whoever reads the mailbox is the owner: failures of others hold them up no more.
    state.throttle.forget_failures(&new.user.email).await?;
    let entry = entry.about(new.user.id);
    replace(state, reset.id, &new, entry, now).await?;
    Ok(device_token_after(state, new))
}

async fn replace(
    state: &AppState,
    id: ResetId,
    new: &NewPassword,
    entry: AuditEntry,
    now: DateTime,
) -> Result<(), Problem> {
    let replaced = state
        .store
        .transaction("reset a password", |tx| {
            let (new, entry) = (new.clone(), entry.clone());
            Box::pin(async move {
                let is_good = tx.take_reset(id, now).await?;
                let replaced = is_good && tx.replace_password(&new, now).await?;
                if replaced {
                    tx.record(entry).await?;
                }
                Ok(replaced)
            })
        })
        .await?;
    if !replaced {
        return Err(refused());
    }
    tracing::info!(user = %new.user.id, "a forgotten password was replaced");
    Ok(())
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenInvalid,
        "The link does not work (any more): it works once, for 30 minutes. Please ask for another one.",
    )
}

/// What [`reset_password`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ResetPassword;

impl Fails for ResetPassword {
    fn codes() -> Vec<Code> {
        let own = vec![Code::TokenInvalid, Code::InvalidFields];
        [own, HashingPlace::codes()].concat()
    }
}
