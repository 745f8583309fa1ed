//! `POST /v1/me/totp/confirm`

use axum::extract::State;
use secrecy::ExposeSecret;

use crate::extract::{Enrolling, Json, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services::{self, EnableTotp};
use crate::state::AppState;
use crate::wire::{ConfirmTotpRequest, RecoveryCodesResponse};

/// Enable the second factor that was begun
///
/// Log-in asks for codes from then on. The answer has ten recovery codes, each of which lets its owner in
/// once without the app. Every other session of the account ends, and its owner gets a mail. It can be done for
/// 15 minutes after the second factor was begun, and after five wrong codes within them no more.
#[utoipa::path(
    post, path = "/v1/me/totp/confirm", tag = "accounts", security(("bearer" = [])),
    request_body = ConfirmTotpRequest,
    responses(
        (status = 200, description = "The recovery codes, shown once", body = RecoveryCodesResponse),
        Problems<(Enrolling, NoQuery, Json<ConfirmTotpRequest>, EnableTotp)>,
    ),
)]
pub async fn confirm_totp(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    NoQuery: NoQuery,
    Json(request): Json<ConfirmTotpRequest>,
) -> Result<axum::Json<RecoveryCodesResponse>, Problem> {
    let code = request.code.expose_secret();
    let recovery_codes = services::enable_totp(&state, &caller, code).await?;
    Ok(axum::Json(RecoveryCodesResponse { recovery_codes }))
}
