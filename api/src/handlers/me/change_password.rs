//! `POST /v1/me/password`

use axum::extract::State;
use axum::http::{HeaderName, StatusCode};

use crate::extract::{Json, NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services::{self, ChangePassword};
use crate::state::AppState;
use crate::wire::{ChangePasswordRequest, DEVICE_TOKEN};

/// Change the caller's password
///
/// The current one is asked for as well. Every other session of the account ends, and its owner gets a
/// mail. Ten wrong passwords within 15 minutes are answered with 429.
///
/// Devices that were known are so no more. Keep the `Device-Token` of the answer and send it with the next
/// log-in, which then does not wait for failures of others.
#[utoipa::path(
    post, path = "/v1/me/password", tag = "accounts", security(("bearer" = [])),
    request_body = ChangePasswordRequest,
    responses(
        (status = 204, description = "The account has the new password",
         headers(("Device-Token" = String, description = "A `device_token` for log-ins with the new password"))),
        Problems<(SignedIn, NoQuery, Json<ChangePasswordRequest>, ChangePassword)>,
    ),
)]
pub async fn change_password(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    Json(request): Json<ChangePasswordRequest>,
) -> Result<(StatusCode, [(HeaderName, String); 1]), Problem> {
    let (current, new) = (&request.current_password, &request.new_password);
    let device = services::change_password(&state, &caller, current, new).await?;
    Ok((StatusCode::NO_CONTENT, [(DEVICE_TOKEN, device)]))
}
