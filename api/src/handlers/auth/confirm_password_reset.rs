//! `POST /v1/auth/reset-password/confirm`

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;

use crate::extract::{ClientNetwork, Json, NoQuery};
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
        Problems<(ClientNetwork, NoQuery, Json<ConfirmResetRequest>, ResetPassword)>,
    ),
)]
pub async fn confirm_password_reset(
    State(state): State<AppState>,
    ClientNetwork(network): ClientNetwork,
    NoQuery: NoQuery,
    Json(request): Json<ConfirmResetRequest>,
) -> Result<StatusCode, Problem> {
    let token = request.token.expose_secret();
    services::reset_password(&state, network, token, &request.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
