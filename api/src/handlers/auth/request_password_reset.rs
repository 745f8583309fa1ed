//! `POST /v1/auth/reset-password`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::{Json, Limited, Mails, NoQuery};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, RESET_MESSAGE};
use crate::state::AppState;
use crate::wire::{EmailRequest, MessageResponse};

/// Ask for a mail to replace a forgotten password
///
/// The answer is the same for every address, after the same time. If the address has an account, its
/// owner gets a link, which works once, for 30 minutes from when it is sent.
#[utoipa::path(
    post, path = "/v1/auth/reset-password", tag = "accounts", security(),
    request_body = EmailRequest,
    responses(
        (status = 202, description = "If the address has an account, a mail is on its way", body = MessageResponse),
        Problems<(Limited<Mails>, Origin, NoQuery, Json<EmailRequest>)>,
    ),
)]
pub async fn request_password_reset(
    State(state): State<AppState>,
    _: Limited<Mails>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<EmailRequest>,
) -> Result<(StatusCode, axum::Json<MessageResponse>), Problem> {
    services::ask_for_reset(&state, &origin, &request.email).await?;
    let message = MessageResponse {
        message: RESET_MESSAGE,
    };
    Ok((StatusCode::ACCEPTED, axum::Json(message)))
}
