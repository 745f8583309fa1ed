//! Proving an address with the token from the mail.

use dossier_common::token::VerifyEmailClaims;

use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Uses up the token and marks the account's address as proven.
///
/// # Errors
///
/// One and the same [`Problem`] for a forged, expired, superseded or used token.
pub async fn verify_email(state: &AppState, token: &str) -> Result<(), Problem> {
    let now = state.clock.now();
    let claims: VerifyEmailClaims = state.token_keys.open(token, now).map_err(|_| refused())?;
    let used = state
        .store
        .transaction("verify an address", |tx| {
            let claims = claims.clone();
            Box::pin(async move {
                let (id, user) = (claims.verification_id, claims.user_id);
                let used = tx.use_verification(id, user, now).await?;
                if used {
                    tx.mark_email_verified(user, now).await?;
                }
                Ok(used)
            })
        })
        .await?;
    if used { Ok(()) } else { Err(refused()) }
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenInvalid,
        "This link does not work (any more). Please log in to see whether your address is verified, or ask for a new mail.",
    )
}

/// What [`verify_email`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct VerifyEmail;

impl Fails for VerifyEmail {
    fn codes() -> Vec<Code> {
        vec![Code::TokenInvalid]
    }
}
