//! `POST /v1/auth/refresh`

use axum::extract::State;
use secrecy::ExposeSecret;

use crate::extract::{Json, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services::{self, Refresh};
use crate::state::AppState;
use crate::wire::{LoginResponse, RefreshRequest};

/// Trade the refresh token for new tokens
///
/// A refresh token works once. Using an old one again ends the session.
#[utoipa::path(
    post, path = "/v1/auth/refresh", tag = "accounts", security(),
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "The session's new tokens", body = LoginResponse),
        Problems<(NoQuery, Json<RefreshRequest>, Refresh)>,
    ),
)]
pub async fn refresh_session(
    State(state): State<AppState>,
    NoQuery: NoQuery,
    Json(request): Json<RefreshRequest>,
) -> Result<axum::Json<LoginResponse>, Problem> {
    services::refresh(&state, request.refresh_token.expose_secret())
        .await
        .map(axum::Json)
}
