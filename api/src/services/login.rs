//! Logging in.

use dossier_common::audit::Act;
use dossier_common::email::EmailAddress;
use dossier_common::user::User;
use secrecy::ExposeSecret;

use super::device::{device_token, proven_device};
use super::one_time_code::{TakeCode, prove_second_factor};
use super::session::{Opened, Tokens, open_session};
use crate::audit::failed;
use crate::extract::LoginInput;
use crate::origin::Origin;
use crate::password::{HashingPlace, Verdict};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Somebody who has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Their session.
    pub opened: Opened,
    /// Proves the device that it was done with.
    pub device_token: String,
}

/// Opens a session, for programs.
///
/// # Errors
///
/// As [`begin_session`].
pub async fn log_in(
    state: &AppState,
    origin: &Origin,
    client: Option<&str>,
    input: LoginInput,
) -> Result<Tokens, Problem> {
    let logged_in = begin_session(state, origin, client, input).await?;
    Ok(Tokens {
        device_token: Some(logged_in.device_token),
        ..logged_in.opened.into_tokens(state)
    })
}

/// Opens a session.
///
/// # Errors
///
/// [`Problem`]: the same for an unknown address, a wrong password, a sign-up that is not confirmed
/// yet and a disabled account, after the same time. What is no address takes no time; nothing is
/// done for a network that has too many log-ins under way, and while an address has to wait after
/// failures. Whether the account has a second factor is told to whoever knows its password alone.
pub async fn begin_session(
    state: &AppState,
    origin: &Origin,
    client: Option<&str>,
    input: LoginInput,
) -> Result<LoggedIn, Problem> {
    let email = input.email.parse::<EmailAddress>();
    let email = email.map_err(|_| wrong_credentials())?;
    let place = state.passwords.place(origin.network)?;
    let user = state.store.find_user_by_email_key(&email.key()).await?;
    let device = proven_device(state, user.as_ref(), input.device_token.as_ref());
    let attempt = state.throttle.begin_log_in(&email, device).await?;
    let hash = user.as_ref().map(|user| user.password_hash.as_str());
    let verdict = match place.verify(&input.password, hash).await {
        Ok(verdict) => verdict,
        Err(problem) => {
            attempt.give_back().await?;
            return Err(problem);
        }
    };
    let is_let_in = |user: &User| verdict != Verdict::Wrong && !user.is_disabled();
    let Some(mut user) = user.clone().filter(is_let_in) else {
        record_failure(
            state,
            origin,
            &email,
            user.as_ref(),
            Code::InvalidCredentials,
        )
        .await;
        return Err(wrong_credentials());
    };
    attempt.succeeded().await?;
    if let Verdict::Outdated(better) = verdict {
        let stored = &user.password_hash;
        let store = &state.store;
        store.rehash_password(user.id, stored, &better).await?;
        user.password_hash = better;
    }
    let code = input.totp.as_ref().map(ExposeSecret::expose_secret);
    let code = code.filter(|code| !code.trim().is_empty());
    let second_factor = match prove_second_factor(state, &user, code).await {
        Ok(second_factor) => second_factor,
        Err(problem) => {
            record_failure(state, origin, &email, Some(&user), problem.code()).await;
            return Err(problem);
        }
    };
    let opened = open_session(state, &user, second_factor, origin, client).await?;
    Ok(LoggedIn {
        opened: opened.ok_or_else(wrong_credentials)?,
        device_token: device_token(state, &user, device),
    })
}

/// What was wrong with a log-in to an account is about the account; with any other address, about the
/// address.
async fn record_failure(
    state: &AppState,
    origin: &Origin,
    email: &EmailAddress,
    user: Option<&User>,
    code: Code,
) {
    let entry = state.audit.entry(Act::LogIn, origin);
    let entry = failed(entry, code.as_str());
    let entry = match user {
        Some(user) => entry.about(user.id),
        None => entry.about_address(state.audit.pseudonym(email)),
    };
    state.audit.record_failure(entry).await;
}

fn wrong_credentials() -> Problem {
    Problem::new(
        Code::InvalidCredentials,
        "Please check the e-mail address and the password. If you have just signed up, first open the link in the mail and enter your password there.",
    )
}

/// What [`log_in`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct LogIn;

impl Fails for LogIn {
    fn codes() -> Vec<Code> {
        let own = vec![Code::InvalidCredentials, Code::TotpRequired];
        [own, TakeCode::codes(), HashingPlace::codes()].concat()
    }
}
