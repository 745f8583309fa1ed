//! `POST /signup` and `POST /login`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{self, Limited, LoginForm, LoginInput, Mails, Passwords, UserAgent};
use crate::origin::Origin;
use crate::problem::{Problem, Problems};
use crate::services::{self, LogIn, SignUpFailure};
use crate::state::AppState;
use crate::wire::{MessageResponse, SignUpRequest};

/// Sign up
///
/// Please use `POST /v1/auth/sign-up`.
#[utoipa::path(
    post, path = "/signup", tag = "compatibility", security(),
    request_body = SignUpRequest,
    responses(
        (status = 200, description = "A mail is on its way", body = MessageResponse),
        Problems<(Limited<Mails>, Origin, extract::Json<SignUpRequest>, SignUpFailure)>,
    ),
)]
pub(super) async fn legacy_sign_up(
    State(state): State<AppState>,
    _: Limited<Mails>,
    origin: Origin,
    extract::Json(request): extract::Json<SignUpRequest>,
) -> Result<Json<MessageResponse>, Problem> {
    services::sign_up(&state, &origin, request).await?;
    Ok(Json(MessageResponse {
        message: services::SIGN_UP_MESSAGE,
    }))
}

/// A session's access token.
#[derive(Serialize, ToSchema)]
pub(super) struct LegacyLoginResponse {
    /// For the `Authorization` header.
    access_token: String,
    /// Always `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
}

/// Log in
///
/// Please use `POST /v1/auth/login`.
#[utoipa::path(
    post, path = "/login", tag = "compatibility", security(),
    request_body(content(
        (LoginInput = "application/json"),
        (LoginForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The access token", body = LegacyLoginResponse),
        Problems<(Limited<Passwords>, Origin, LoginInput, LogIn)>,
    ),
)]
pub(super) async fn legacy_log_in(
    State(state): State<AppState>,
    _: Limited<Passwords>,
    origin: Origin,
    UserAgent(client): UserAgent,
    input: LoginInput,
) -> Result<Json<LegacyLoginResponse>, Problem> {
    let tokens = services::log_in(&state, &origin, client.as_deref(), input).await?;
    Ok(Json(LegacyLoginResponse {
        access_token: tokens.access_token,
        token_type: tokens.token_type,
    }))
}
