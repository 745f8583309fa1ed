//! Replacing a forgotten password, with the token from a mail.

use std::time::Duration;

use dossier_common::email::EmailAddress;
use dossier_common::id::{JobId, ResetId};
use dossier_common::network::Network;
use dossier_common::reset::ResetOf;
use dossier_common::store::passwords::NewPassword;
use dossier_common::token::ResetPasswordClaims;
use mongodb::bson::DateTime;
use tokio::time::{Instant, sleep_until};

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
/// [`Problem`] when `email` is no address.
pub async fn ask_for_reset(state: &AppState, email: &str) -> Result<(), Problem> {
    let email: EmailAddress = email
        .parse()
        .map_err(|error| Problem::invalid_field("email", format!("{error}")))?;
    let answer_at = Instant::now() + RESET_TIME;
    let now = state.clock.now();
    let id = ResetId::generate(&state.entropy, now);
    let job = JobId::generate(&state.entropy, now);
    let (of, key, store) = (ResetOf::Password, email.key(), &state.store);
    store.request_reset(of, &key, id, job, now).await?;
    sleep_until(answer_at).await;
    Ok(())
}

/// Gives the account that the token is for another password, and ends its sessions. Nobody is logged
/// in, and a second factor stays as it is.
///
/// # Errors
///
/// [`Problem`] with the rule that the password breaks, after which the token is still good; one and
/// the same for a forged, expired or used token.
pub async fn reset_password(
    state: &AppState,
    network: Network,
    token: &str,
    password: &Password,
) -> Result<(), Problem> {
    let now = state.clock.now();
    let claims: ResetPasswordClaims = state.token_keys.open(token, now).map_err(|_| refused())?;
    check_length(password).map_err(|rule| Problem::invalid_field("new_password", rule))?;
    let place = state.passwords.place(network)?;
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
    replace(state, reset.id, &new, now).await
}

async fn replace(
    state: &AppState,
    id: ResetId,
    new: &NewPassword,
    now: DateTime,
) -> Result<(), Problem> {
    let replaced = state
        .store
        .transaction("reset a password", |tx| {
            let new = new.clone();
            Box::pin(async move {
                Ok(tx.take_reset(id, now).await? && tx.replace_password(&new, now).await?)
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
