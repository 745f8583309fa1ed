//! Sign-up: the same answer for every address, after the same work.

use std::time::Duration;

use dossier_common::audit::Act;
use dossier_common::email::EmailAddress;
use dossier_common::id::{JobId, SignUpId};
use dossier_common::sign_up::{MAX_TRIES, SignUp};
use tokio::time::{Instant, sleep_until};

use super::fields::{check_address, check_name};
use crate::origin::Origin;
use crate::password::{HashingPlace, check_length};
use crate::problem::{Code, Fails, FieldError, Problem};
use crate::sign_up_policy::SignUpPolicy;
use crate::state::AppState;
use crate::wire::SignUpRequest;

/// What everybody who signs up is told.
pub const SIGN_UP_MESSAGE: &str =
    "Thank you. If this address can be used, a mail with a link to confirm it is on its way.";

/// How many waiting sign-ups of one address are sent another mail at once, the newest first.
const MAX_RESENT: usize = 5;

/// How long the answer to whoever asks for another mail takes: longer than what is done for an
/// address that waits for one, so that the time tells nothing.
const RESEND_TIME: Duration = Duration::from_millis(250);

/// Signs somebody up.
///
/// Every sign-up is a row of its own with a mail of its own, and changes no other. Whether the
/// address has an account is not even asked here: the worker that sends the mail does.
///
/// # Errors
///
/// [`Problem`] with every field that breaks its rule, or when too many mails were asked for.
pub async fn sign_up(
    state: &AppState,
    origin: &Origin,
    request: SignUpRequest,
) -> Result<(), Problem> {
    if !state.sign_up.is_open_to_some() {
        return Err(refused(&state.sign_up));
    }
    let sign_up = check(state, origin, request).await?;
    let job = JobId::generate(&state.entropy, sign_up.created_at);
    let entry = state.audit.entry(Act::SignUp, origin);
    let entry = entry.about(sign_up.id);
    let entry = entry.about_address(state.audit.pseudonym(&sign_up.email));
    state
        .store
        .transaction("sign up", |tx| {
            let (sign_up, entry) = (sign_up.clone(), entry.clone());
            Box::pin(async move {
                tx.insert_sign_up(sign_up, job).await?;
                tx.record(entry).await
            })
        })
        .await?;
    Ok(())
}

/// Asks for another mail of each sign-up that waits for an address; where none does, or the address may
/// not sign up any more, there is none.
///
/// # Errors
///
/// [`Problem`] when `email` is no address, or too many mails were asked for.
pub async fn resend_verification(
    state: &AppState,
    origin: &Origin,
    email: &str,
) -> Result<(), Problem> {
    let email: EmailAddress = email
        .parse()
        .map_err(|error| Problem::invalid_field("email", format!("{error}")))?;
    let answer_at = Instant::now() + RESEND_TIME;
    state.throttle.mail_to(&email).await?;
    let entry = state.audit.entry(Act::ResendVerification, origin);
    let entry = entry.about_address(state.audit.pseudonym(&email));
    let (key, now) = (email.key(), state.clock.now());
    let is_admitted = state.sign_up.admits(&email);
    let jobs: [JobId; MAX_RESENT] = std::array::from_fn(|_| JobId::generate(&state.entropy, now));
    state
        .store
        .transaction("ask for another verification mail", |tx| {
            let (key, entry) = (key.clone(), entry.clone());
            Box::pin(async move {
                if is_admitted {
                    tx.resend_sign_ups(&key, &jobs, now).await?;
                }
                tx.record(entry).await
            })
        })
        .await?;
    sleep_until(answer_at).await;
    Ok(())
}

/// The sign-up to store, with the password hashed. What takes time comes last, when nothing else
/// is wrong.
async fn check(
    state: &AppState,
    origin: &Origin,
    request: SignUpRequest,
) -> Result<SignUp, Problem> {
    let mut errors = Vec::new();
    let email = check_address(&request.email, &mut errors);
    if let Err(rule) = check_length(&request.password) {
        errors.push(FieldError::new("password", rule));
    }
    let name = check_name(request.name.as_deref(), &mut errors);
    let (Some(email), true) = (email, errors.is_empty()) else {
        return Err(Problem::invalid_fields(errors));
    };
    if !state.sign_up.admits(&email) {
        return Err(refused(&state.sign_up));
    }
    state.throttle.mail_to(&email).await?;
    let place = state.passwords.place(origin.network)?;
    let hashing = place.hash_new("password", &request.password, email.as_str());
    let password_hash = hashing.await?;
    let now = state.clock.now();
    Ok(SignUp {
        id: SignUpId::generate(&state.entropy, now),
        email_key: email.key(),
        email,
        name: name.map(String::from),
        password_hash,
        mail_due_at: None,
        tries_left: MAX_TRIES,
        created_at: now,
        expires_at: now,
    })
}

/// Depends on the policy and the address alone, not on who has an account.
fn refused(policy: &SignUpPolicy) -> Problem {
    let detail = match policy {
        SignUpPolicy::Closed => {
            "Nobody can sign up here. Please ask the operators of this service for an account."
        }
        SignUpPolicy::Domains(_) => {
            "Sign-up is open to addresses of certain domains only. Please use such an address, or ask whoever sends you documents for an invitation."
        }
        SignUpPolicy::Open | SignUpPolicy::Invited => {
            "Accounts are by invitation here. Please ask whoever sends you documents for one."
        }
    };
    Problem::new(Code::SignUpRefused, detail)
}

/// What [`sign_up`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct SignUpFailure;

impl Fails for SignUpFailure {
    fn codes() -> Vec<Code> {
        [vec![Code::SignUpRefused], HashingPlace::codes()].concat()
    }
}
