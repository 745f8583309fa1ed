//! `POST /v1/me/totp`

use axum::extract::State;

use crate::extract::{Enrolling, Json, NoQuery};
use crate::problem::{Problem, Problems};
use crate::services::{self, BeginTotp};
use crate::state::AppState;
use crate::wire::{BeginTotpRequest, TotpSeedResponse};

/// Begin a second factor
///
/// The answer has the seed for an app that makes one-time codes (RFC 6238: SHA-1, six digits, 30
/// seconds). Log-in asks for codes once one was confirmed, for which there are 15 minutes; until then this can be
/// done again.
#[utoipa::path(
    post, path = "/v1/me/totp", tag = "accounts", security(("bearer" = [])),
    request_body = BeginTotpRequest,
    responses(
        (status = 200, description = "The seed, shown once", body = TotpSeedResponse),
        Problems<(Enrolling, NoQuery, Json<BeginTotpRequest>, BeginTotp)>,
    ),
)]
pub async fn begin_totp(
    State(state): State<AppState>,
    Enrolling(caller): Enrolling,
    NoQuery: NoQuery,
    Json(request): Json<BeginTotpRequest>,
) -> Result<axum::Json<TotpSeedResponse>, Problem> {
    let password = &request.current_password;
    let seed = services::begin_totp(&state, &caller, password).await?;
    Ok(axum::Json(TotpSeedResponse {
        secret: seed.base32(),
        otpauth_uri: seed.address().map_err(|error| {
            tracing::error!(%error, "a seed has no address");
            Problem::internal()
        })?,
    }))
}
