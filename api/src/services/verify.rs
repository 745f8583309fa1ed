//! Confirming a sign-up with the token from its mail and its password.

use dossier_common::audit::Act;
use dossier_common::id::UserId;
use dossier_common::sign_up::SignUp;
use dossier_common::store::{Conflict, StoreError};
use dossier_common::token::VerifyEmailClaims;
use dossier_common::user::{Role, User};
use mongodb::bson::DateTime;

use crate::origin::Origin;
use crate::password::{HashingPlace, Password, Verdict};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Makes the sign-up that the token names an account, and ends the others of its address.
///
/// The token proves who reads the mailbox, the password who signed up: neither of them alone is
/// enough, so that nobody gets an account by having somebody else, or a mail scanner, open a link.
///
/// # Errors
///
/// One and the same [`Problem`] for a forged, expired or used token, for a sign-up that has ended,
/// for an address that may not sign up any more, and for a wrong password, of which only so many may be
/// tried.
pub async fn verify_email(
    state: &AppState,
    origin: &Origin,
    token: &str,
    password: &Password,
) -> Result<(), Problem> {
    let confirmed = try_to_confirm(state, origin, token, password).await;
    let entry = state.audit.entry(Act::ConfirmSignUp, origin);
    state.audit.record_invalid_token(entry, &confirmed).await;
    confirmed
}

async fn try_to_confirm(
    state: &AppState,
    origin: &Origin,
    token: &str,
    password: &Password,
) -> Result<(), Problem> {
    let now = state.clock.now();
    let claims: VerifyEmailClaims = state.token_keys.open(token, now).map_err(|_| refused())?;
    let place = state.passwords.place(origin.network)?;
    let sign_up = state.store.take_try(claims.sign_up_id, now).await?;
    let hash = sign_up.as_ref().map(|it| it.password_hash.as_str());
    let verdict = match place.verify(password, hash).await {
        Ok(verdict) => verdict,
        Err(problem) => {
            if let Some(sign_up) = sign_up {
                state.store.give_try_back(sign_up.id).await?;
            }
            return Err(problem);
        }
    };
    let sign_up = sign_up.filter(|_| verdict != Verdict::Wrong);
    // Whoever signed up may have been admitted then and not be any more.
    let sign_up = sign_up.filter(|it| state.sign_up.admits(&it.email));
    confirm(state, origin, &sign_up.ok_or_else(refused)?, now).await
}

async fn confirm(
    state: &AppState,
    origin: &Origin,
    sign_up: &SignUp,
    now: DateTime,
) -> Result<(), Problem> {
    let id = sign_up.id;
    let user = account(state, sign_up, now);
    let entry = state.audit.entry(Act::ConfirmSignUp, origin);
    let entry = entry.about(id).about(user.id);
    let confirmed = state
        .store
        .transaction("confirm a sign-up", |tx| {
            let (user, entry) = (user.clone(), entry.clone());
            Box::pin(async move {
                let is_confirmed = tx.confirm_sign_up(id, &user, now).await?;
                if is_confirmed {
                    tx.record(entry).await?;
                }
                Ok(is_confirmed)
            })
        })
        .await;
    match confirmed {
        Ok(true) => Ok(()),
        Ok(false) | Err(StoreError::Conflict(Conflict::Email)) => Err(refused()),
        Err(error) => Err(error.into()),
    }
}

fn account(state: &AppState, sign_up: &SignUp, now: DateTime) -> User {
    User::new(
        UserId::generate(&state.entropy, now),
        sign_up.email.clone(),
        sign_up.name.clone(),
        Role::Client,
        sign_up.password_hash.clone(),
        now,
    )
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenInvalid,
        "The link and the password do not go together, or the link does not work (any more). Please use the password of the sign-up that the mail is about. If you have confirmed it already, log in; otherwise sign up again.",
    )
}

/// What [`verify_email`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct VerifyEmail;

impl Fails for VerifyEmail {
    fn codes() -> Vec<Code> {
        [vec![Code::TokenInvalid], HashingPlace::codes()].concat()
    }
}
