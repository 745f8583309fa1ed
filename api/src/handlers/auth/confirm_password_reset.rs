//! `POST /v1/auth/reset-password/confirm`

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;

use crate::extract::{Json, Limited, NoQuery, Passwords};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, ResetPassword};
use crate::state::AppState;
use crate::wire::ConfirmResetRequest;

/// Replace a forgotten password
///
/// The token is the text behind the last `/` of the mailed link. Every session of the account ends, and
/// nobody is logged in. A password that breaks a rule leaves the token good.
#[utoipa::path(
    post, path = "/v1/auth/reset-password/confirm", tag = "accounts", security(),
    request_body = ConfirmResetRequest,
    responses(
        (status = 204, description = "The account has the new password"),
        Problems<(Limited<Passwords>, Origin, NoQuery, Json<ConfirmResetRequest>, ResetPassword)>,
    ),
)]
pub async fn confirm_password_reset(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<ConfirmResetRequest>,
) -> Result<StatusCode, Problem> {
    let token = request.token.expose_secret();
    services::reset_password(&state, &origin, token, &request.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
