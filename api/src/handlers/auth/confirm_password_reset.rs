//! `POST /v1/auth/reset-password/confirm`

use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use secrecy::ExposeSecret;

use crate::extract::{Json, Limited, NoQuery, Passwords};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, ResetPassword};
use crate::state::AppState;
use crate::wire::{ConfirmResetRequest, DEVICE_TOKEN};

/// Replace a forgotten password
///
/// The token is the text behind the last `/` of the mailed link. Every session of the account ends, and
/// nobody is logged in. A password that breaks a rule leaves the token good.
///
/// Devices that were known are so no more. Keep the `Device-Token` of the answer and send it with the next
/// log-in, which then does not wait for failures of others.
#[utoipa::path(
    post, path = "/v1/auth/reset-password/confirm", tag = "accounts", security(),
    request_body = ConfirmResetRequest,
    responses(
        (status = 204, description = "The account has the new password",
         headers(("Device-Token" = String, description = "A `device_token` for log-ins with the new password"))),
        Problems<(Limited<Passwords>, Origin, NoQuery, Json<ConfirmResetRequest>, ResetPassword)>,
    ),
)]
pub async fn confirm_password_reset(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<ConfirmResetRequest>,
) -> Result<(StatusCode, [(HeaderName, String); 1]), Problem> {
    let token = request.token.expose_secret();
    let device = services::reset_password(&state, &origin, token, &request.new_password).await?;
    Ok((StatusCode::NO_CONTENT, [(DEVICE_TOKEN, device)]))
}
