//! `POST /v1/auth/login`

use axum::extract::State;

use crate::extract::{Limited, LoginForm, LoginInput, NoQuery, Passwords, UserAgent};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, LogIn};
use crate::state::AppState;
use crate::wire::LoginResponse;

/// Log in
///
/// Takes JSON, or the form of an OAuth 2.0 password grant (`username`, `password`).
///
/// After ten failures in a row an address has to wait, longer with each. Whoever sends the
/// `device_token` of an earlier log-in is not concerned by the failures of others.
#[utoipa::path(
    post, path = "/v1/auth/login", tag = "accounts", security(),
    request_body(content(
        (LoginInput = "application/json"),
        (LoginForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The session's tokens", body = LoginResponse),
        Problems<(Limited<Passwords>, Origin, NoQuery, LoginInput, LogIn)>,
    ),
)]
pub async fn log_in(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    UserAgent(client): UserAgent,
    NoQuery: NoQuery,
    input: LoginInput,
) -> Result<axum::Json<LoginResponse>, Problem> {
    services::log_in(&state, &origin, client.as_deref(), input)
        .await
        .map(axum::Json)
}
