//! `POST /v1/auth/logout`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::audit::Act;

use crate::extract::{Enrolling, NoQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;

/// Log out
///
/// Ends the session: its access and refresh tokens stop working at once.
#[utoipa::path(
    post, path = "/v1/auth/logout", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 204, description = "The session has ended"),
        Problems<(Enrolling, NoQuery)>,
    ),
)]
pub async fn log_out(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    NoQuery: NoQuery,
) -> Result<StatusCode, Problem> {
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
    Ok(StatusCode::NO_CONTENT)
}
