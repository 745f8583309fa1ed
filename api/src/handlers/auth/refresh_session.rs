//! `POST /v1/auth/refresh`

use axum::extract::State;
use secrecy::ExposeSecret;

use crate::extract::{Json, NoQuery, UserAgent};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, Refresh};
use crate::state::AppState;
use crate::wire::{LoginResponse, RefreshRequest};

/// Trade the refresh token for new tokens
///
/// A refresh token works once. For ten seconds after it was traded in it gives the same new refresh
/// token again, so that requests sent at once all get one that works. Using it later ends the session.
#[utoipa::path(
    post, path = "/v1/auth/refresh", tag = "accounts", security(),
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "The session's new tokens", body = LoginResponse),
        Problems<(Origin, NoQuery, Json<RefreshRequest>, Refresh)>,
    ),
)]
pub async fn refresh_session(
    State(state): State<AppState>,
    origin: Origin,
    UserAgent(client): UserAgent,
    NoQuery: NoQuery,
    Json(request): Json<RefreshRequest>,
) -> Result<axum::Json<LoginResponse>, Problem> {
    let token = request.refresh_token.expose_secret();
    services::refresh(&state, &origin, client.as_deref(), token)
        .await
        .map(axum::Json)
}
