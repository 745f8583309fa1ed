//! `POST /v1/auth/logout`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::{Enrolling, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services;
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
    services::log_out(&state, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
