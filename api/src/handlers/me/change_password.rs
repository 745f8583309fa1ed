//! `POST /v1/me/password`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::{Json, NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services::{self, ChangePassword};
use crate::state::AppState;
use crate::wire::ChangePasswordRequest;

/// Change the caller's password
///
/// The current one is asked for as well. Every other session of the account ends, and its owner gets a
/// mail. Ten wrong passwords within 15 minutes are answered with 429.
#[utoipa::path(
    post, path = "/v1/me/password", tag = "accounts", security(("bearer" = [])),
    request_body = ChangePasswordRequest,
    responses(
        (status = 204, description = "The account has the new password"),
        Problems<(SignedIn, NoQuery, Json<ChangePasswordRequest>, ChangePassword)>,
    ),
)]
pub async fn change_password(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    Json(request): Json<ChangePasswordRequest>,
) -> Result<StatusCode, Problem> {
    let (current, new) = (&request.current_password, &request.new_password);
    services::change_password(&state, &caller, current, new).await?;
    Ok(StatusCode::NO_CONTENT)
}
