//! `POST /v1/auth/logout`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::SignedIn;
use crate::problem::Problem;
use crate::state::AppState;

/// Log out
///
/// Ends the session: its access and refresh tokens stop working at once.
#[utoipa::path(
    post, path = "/v1/auth/logout", tag = "accounts",
    responses((status = 204, description = "The session has ended")),
)]
pub async fn log_out(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<StatusCode, Problem> {
    let now = state.clock.now();
    state.store.revoke_session(caller.session_id, now).await?;
    Ok(StatusCode::NO_CONTENT)
}
