//! Logging out.

use dossier_common::audit::Act;

use crate::extract::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// Ends the session of the caller: nothing works any more that belongs to it.
///
/// # Errors
///
/// [`Problem`] when the store fails.
pub async fn log_out(state: &AppState, caller: &Caller) -> Result<(), Problem> {
    let now = state.clock.now();
    let entry = caller.entry(&state.audit, Act::LogOut);
    let entry = entry.about(caller.session_id);
    let session = caller.session_id;
    state
        .store
        .transaction("log out", |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                tx.revoke_session(session, now).await?;
                tx.record(entry).await
            })
        })
        .await?;
    Ok(())
}
