//! `POST /v1/auth/resend-verification`

use axum::extract::State;
use axum::http::StatusCode;

use crate::extract::{Json, Limited, Mails, NoQuery};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services;
use crate::state::AppState;
use crate::wire::{EmailRequest, MessageResponse};

/// Ask for another verification mail
///
/// The answer is the same for every address, after the same time. Each sign-up that waits for the
/// address to be confirmed gets another mail, unless one is under way. An address gets at most five
/// mails an hour; further ones are sent later.
#[utoipa::path(
    post, path = "/v1/auth/resend-verification", tag = "accounts", security(),
    request_body = EmailRequest,
    responses(
        (status = 202, description = "If a sign-up waits for this address, a mail is on its way", body = MessageResponse),
        Problems<(Limited<Mails>, Origin, NoQuery, Json<EmailRequest>)>,
    ),
)]
pub async fn resend_verification(
    State(state): State<AppState>,
    _: Limited<Mails>,
    origin: Origin,
    NoQuery: NoQuery,
    Json(request): Json<EmailRequest>,
) -> Result<(StatusCode, axum::Json<MessageResponse>), Problem> {
    services::resend_verification(&state, &origin, &request.email).await?;
    let message = MessageResponse {
        message: "If a sign-up waits for this address to be confirmed, another mail is on its way.",
    };
    Ok((StatusCode::ACCEPTED, axum::Json(message)))
}
