//! Changing a password that is known.

use dossier_common::audit::Act;
use dossier_common::id::JobId;
use dossier_common::store::passwords::NewPassword;

use super::device::device_token_after;
use super::prove::{ProvePassword, prove_password};
use crate::extract::Caller;
use crate::password::{Password, check_length};
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Gives the caller's account another password and ends its other sessions; a device token that goes
/// with the new password.
///
/// # Errors
///
/// [`Problem`] when the current password is another, or the new one breaks a rule.
pub async fn change_password(
    state: &AppState,
    caller: &Caller,
    current: &Password,
    new: &Password,
) -> Result<String, Problem> {
    check_length(new).map_err(|rule| Problem::invalid_field("new_password", rule))?;
    let (user, place) = prove_password(state, caller, current).await?;
    let hashing = place.hash_new("new_password", new, user.email.as_str());
    let now = state.clock.now();
    let new = NewPassword {
        password_hash: hashing.await?,
        user,
        only_if_unchanged: true,
        keep: Some(caller.session_id),
        job: JobId::generate(&state.entropy, now),
    };
    let entry = caller.entry(&state.audit, Act::ChangePassword);
    let changed = state
        .store
        .transaction("change a password", |tx| {
            let (new, entry) = (new.clone(), entry.clone());
            Box::pin(async move {
                let changed = tx.replace_password(&new, now).await?;
                if changed {
                    tx.record(entry).await?;
                }
                Ok(changed)
            })
        })
        .await?;
    if !changed {
        return Err(Problem::new(
            Code::Conflict,
            "The password is just being changed. Please send the request again.",
        ));
    }
    tracing::info!(user = %caller.user_id, "a password was changed");
    Ok(device_token_after(state, new))
}

/// What [`change_password`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct ChangePassword;

impl Fails for ChangePassword {
    fn codes() -> Vec<Code> {
        [vec![Code::Conflict], ProvePassword::codes()].concat()
    }
}
