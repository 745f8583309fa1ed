//! `POST /v1/auth/login`

use axum::extract::State;

use crate::extract::{ClientNetwork, LoginForm, LoginInput, NoQuery, UserAgent};
use crate::problem::{Problem, Problems};
use crate::services::{self, LogIn};
use crate::state::AppState;
use crate::wire::LoginResponse;

/// Log in
///
/// Takes JSON, or the form of an OAuth 2.0 password grant (`username`, `password`).
#[utoipa::path(
    post, path = "/v1/auth/login", tag = "accounts", security(),
    request_body(content(
        (LoginInput = "application/json"),
        (LoginForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The session's tokens", body = LoginResponse),
        Problems<(ClientNetwork, NoQuery, LoginInput, LogIn)>,
    ),
)]
pub async fn log_in(
    State(state): State<AppState>,
    ClientNetwork(network): ClientNetwork,
    UserAgent(client): UserAgent,
    NoQuery: NoQuery,
    input: LoginInput,
) -> Result<axum::Json<LoginResponse>, Problem> {
    services::log_in(&state, network, client.as_deref(), input)
        .await
        .map(axum::Json)
}
