//! `POST /v1/auth/reset-second-factor/confirm`

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;

use crate::extract::{Json, Limited, NoQuery, Passwords};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, ResetSecondFactor};
use crate::state::AppState;
use crate::wire::ConfirmSecondFactorResetRequest;

/// Remove a lost second factor
///
/// The token is the text behind the last `/` of the link that an operator had mailed, the password the
/// account's. Every session of the account ends, and nobody is logged in. Ten passwords may be tried.
#[utoipa::path(
    post, path = "/v1/auth/reset-second-factor/confirm", tag = "accounts", security(),
    request_body = ConfirmSecondFactorResetRequest,
    responses(
        (status = 204, description = "Log-in asks for the password alone"),
        Problems<(Limited<Passwords>, Origin, NoQuery, Json<ConfirmSecondFactorResetRequest>, ResetSecondFactor)>,
    ),
)]
pub async fn confirm_second_factor_reset(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<ConfirmSecondFactorResetRequest>,
) -> Result<StatusCode, Problem> {
    let token = request.token.expose_secret();
    services::reset_second_factor(&state, &origin, token, &request.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
