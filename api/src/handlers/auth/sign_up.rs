//! `POST /v1/auth/sign-up`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::{Json, Limited, Mails, NoQuery};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, SIGN_UP_MESSAGE, SignUpFailure};
use crate::state::AppState;
use crate::wire::{MessageResponse, SignUpRequest};

/// Sign up
///
/// The answer is the same whether or not the address has an account; what happens next is only
/// told by mail. There is an account once the link in the mail was opened and the password entered
/// there. Where sign-up is not open, or not to addresses of this domain, it is refused.
#[utoipa::path(
    post, path = "/v1/auth/sign-up", tag = "accounts", security(),
    request_body = SignUpRequest,
    responses(
        (status = 202, description = "A mail is on its way", body = MessageResponse),
        Problems<(Limited<Mails>, Origin, NoQuery, Json<SignUpRequest>, SignUpFailure)>,
    ),
)]
pub async fn sign_up(
    State(state): State<AppState>,
    _: Limited<Mails>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<SignUpRequest>,
) -> Result<(StatusCode, axum::Json<MessageResponse>), Problem> {
    services::sign_up(&state, &origin, request).await?;
    let message = MessageResponse {
        message: SIGN_UP_MESSAGE,
    };
    Ok((StatusCode::ACCEPTED, axum::Json(message)))
}
