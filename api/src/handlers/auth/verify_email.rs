//! `POST /v1/auth/verify-email`

use axum::extract::State;
use secrecy::ExposeSecret;

use crate::extract::{Json, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services::{self, VerifyEmail};
use crate::state::AppState;
use crate::wire::{TokenRequest, VerifiedResponse};

/// Verify an e-mail address
///
/// The token is the text behind the last `/` of the mailed link. It works once.
#[utoipa::path(
    post, path = "/v1/auth/verify-email", tag = "accounts", security(),
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The address is verified", body = VerifiedResponse),
        Problems<(NoQuery, Json<TokenRequest>, VerifyEmail)>,
    ),
)]
pub async fn verify_email(
    State(state): State<AppState>,
    NoQuery: NoQuery,
    Json(request): Json<TokenRequest>,
) -> Result<axum::Json<VerifiedResponse>, Problem> {
    services::verify_email(&state, request.token.expose_secret()).await?;
    Ok(axum::Json(VerifiedResponse {
        email_verified: true,
    }))
}
