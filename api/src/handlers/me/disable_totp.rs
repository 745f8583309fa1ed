//! `POST /v1/me/totp/disable`

use axum::extract::State;
use axum::http::StatusCode;
use secrecy::ExposeSecret;

use crate::extract::{Json, NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services::{self, DisableTotp};
use crate::state::AppState;
use crate::wire::DisableTotpRequest;

/// Remove the second factor
///
/// Takes the password and a code of the app, or a recovery code. Every other session of the account
/// ends, and its owner gets a mail.
#[utoipa::path(
    post, path = "/v1/me/totp/disable", tag = "accounts", security(("bearer" = [])),
    request_body = DisableTotpRequest,
    responses(
        (status = 204, description = "Log-in asks for the password alone"),
        Problems<(SignedIn, NoQuery, Json<DisableTotpRequest>, DisableTotp)>,
    ),
)]
pub async fn disable_totp(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    Json(request): Json<DisableTotpRequest>,
) -> Result<StatusCode, Problem> {
    let (password, code) = (&request.current_password, request.code.expose_secret());
    services::disable_totp(&state, &caller, password, code).await?;
    Ok(StatusCode::NO_CONTENT)
}
