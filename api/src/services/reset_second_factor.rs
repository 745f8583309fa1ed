//! Removing a lost second factor, with the token from a mail and the password.

use dossier_common::audit::{Act, AuditEntry};
use dossier_common::id::{JobId, ResetId};
use dossier_common::reset::ResetOf;
use dossier_common::store::attempts::Limit;
use dossier_common::store::second_factors::SecondFactorChange;
use dossier_common::token::ResetSecondFactorClaims;
use dossier_common::user::User;
use mongodb::bson::DateTime;

use crate::origin::Origin;
use crate::password::{HashingPlace, Password, Verdict};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// How many passwords may be tried with one link.
const LIMIT: Limit = Limit {
    most: 10,
    within: Limit::HOUR,
};

/// Removes the second factor of the account that the token is for, and ends its sessions. The token
/// proves who reads the mailbox, the password who the owner is; neither is enough alone.
///
/// # Errors
///
/// One and the same [`Problem`] for a forged, expired or used token, and for a wrong password, of which
/// only so many may be tried.
pub async fn reset_second_factor(
    state: &AppState,
    origin: &Origin,
    token: &str,
    password: &Password,
) -> Result<(), Problem> {
    let entry = state.audit.entry(Act::ResetSecondFactor, origin);
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
) -> Result<(), Problem> {
    let now = state.clock.now();
    let opened = state.token_keys.open::<ResetSecondFactorClaims>(token, now);
    let id = opened.map_err(|_| refused())?.reset_id;
    let place = state.passwords.place(origin.network)?;
    let reset = state
        .store
        .find_reset(id, ResetOf::SecondFactor, now)
        .await?;
    let reset = reset.ok_or_else(refused)?;
    let what = format!("second-factor:{id}");
    let attempt = state.store.take_attempt(&what, LIMIT, now).await?;
    attempt.map_err(|_| refused())?;
    let user = state.store.find_user_by_email_key(&reset.email_key).await?;
    let user = user.ok_or_else(refused)?;
    let verdict = match place.verify(password, Some(&user.password_hash)).await {
        Ok(verdict) => verdict,
        Err(problem) => {
            state.store.give_attempt_back(&what).await?;
            return Err(problem);
        }
    };
    if verdict == Verdict::Wrong {
        return Err(refused());
    }
    remove(state, id, &user, entry.about(user.id), now).await
}

async fn remove(
    state: &AppState,
    id: ResetId,
    user: &User,
    entry: AuditEntry,
    now: DateTime,
) -> Result<(), Problem> {
    let change = SecondFactorChange {
        user_id: user.id,
        keep: None,
        job: JobId::generate(&state.entropy, now),
    };
    let removed = state.store.transaction("reset a second factor", |tx| {
        let entry = entry.clone();
        Box::pin(async move {
            let is_good = tx.take_reset(id, now).await?;
            let removed = is_good && tx.disable_totp(change, now).await?;
            if removed {
                tx.record(entry).await?;
            }
            Ok(removed)
        })
    });
    if !removed.await? {
        return Err(refused());
    }
    tracing::info!(user = %user.id, "a lost second factor was removed");
    Ok(())
}

fn refused() -> Problem {
    Problem::new(
        Code::TokenInvalid,
        "The password is not that of the account, or the link does not work (any more): it works once, for 30 minutes. Please ask an operator for another one.",
    )
}

/// What [`reset_second_factor`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ResetSecondFactor;

impl Fails for ResetSecondFactor {
    fn codes() -> Vec<Code> {
        [vec![Code::TokenInvalid], HashingPlace::codes()].concat()
    }
}
