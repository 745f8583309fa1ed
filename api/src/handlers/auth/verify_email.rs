//! `POST /v1/auth/verify-email`

use axum::extract::State;
use secrecy::ExposeSecret;

use crate::extract::{Json, Limited, NoQuery, Passwords};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, VerifyEmail};
use crate::state::AppState;
use crate::wire::{VerifiedResponse, VerifyEmailRequest};

/// Confirm a sign-up
///
/// The token is the text behind the last `/` of the mailed link, the password the one of that sign-up.
/// The account exists from then on, and other sign-ups of the address end. Ten passwords may be tried.
#[utoipa::path(
    post, path = "/v1/auth/verify-email", tag = "accounts", security(),
    request_body = VerifyEmailRequest,
    responses(
        (status = 200, description = "The account exists", body = VerifiedResponse),
        Problems<(Limited<Passwords>, Origin, NoQuery, Json<VerifyEmailRequest>, VerifyEmail)>,
    ),
)]
pub async fn verify_email(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<VerifyEmailRequest>,
) -> Result<axum::Json<VerifiedResponse>, Problem> {
    let token = request.token.expose_secret();
    services::verify_email(&state, &origin, token, &request.password).await?;
    Ok(axum::Json(VerifiedResponse {
        email_verified: true,
    }))
}
