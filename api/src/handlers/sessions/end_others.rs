//! `DELETE /v1/me/sessions`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::audit::Act;

use crate::extract::{NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

/// End all of the caller's sessions but this one
///
/// Their access and refresh tokens stop working with the next request.
#[utoipa::path(
    delete, path = "/v1/me/sessions", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 204, description = "The other sessions have ended"),
        Problems<(SignedIn, NoQuery)>,
    ),
)]
pub async fn end_other_sessions(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
) -> Result<StatusCode, Problem> {
    let (user, kept, now) = (caller.user_id, caller.session_id, state.clock.now());
    let entry = caller.entry(&state.audit, Act::EndOtherSessions);
    state
        .store
        .transaction("end the other sessions", |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                tx.end_sessions(user, Some(kept), now).await?;
                tx.record(entry).await
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
