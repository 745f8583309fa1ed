//! Links that admins have mailed: only the mail lets anybody in, so they learn no password.

use dossier_common::audit::Act;
use dossier_common::id::{JobId, ResetId, UserId};
use dossier_common::reset::{AskedBy, ResetOf};

use crate::extract::Caller;
use crate::problem::{Code, Fails, Problem};
use crate::state::AppState;

/// Has a link mailed to the owner of an account with which they replace the password, or remove the
/// second factor. It is sent however many mails others asked for.
///
/// # Errors
///
/// [`Problem`]: not found, or a conflict where there is no second factor.
pub async fn send_reset(
    state: &AppState,
    caller: &Caller,
    id: UserId,
    of: ResetOf,
) -> Result<(), Problem> {
    let user = state.store.find_user(id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    if of == ResetOf::SecondFactor && user.enabled_totp().is_none() {
        let detail = "The account has no second factor.";
        return Err(Problem::new(Code::Conflict, detail));
    }
    let now = state.clock.now();
    let reset = ResetId::generate(&state.entropy, now);
    let job = JobId::generate(&state.entropy, now);
    let entry = caller.entry(&state.audit, Act::SendReset);
    let entry = entry.about(id).with_detail(of.as_str());
    state
        .store
        .transaction("send a reset", |tx| {
            let (key, entry) = (user.email_key.clone(), entry.clone());
            Box::pin(async move {
                let by = AskedBy::Operator;
                tx.insert_reset(of, by, &key, reset, job, now).await?;
                tx.record(entry).await
            })
        })
        .await?;
    Ok(())
}

/// What [`send_reset`] can fail in.
#[derive(Clone, Copy, Debug)]
pub struct SendReset;

impl Fails for SendReset {
    fn codes() -> Vec<Code> {
        vec![Code::NotFound, Code::Conflict]
    }
}
