//! `GET /v1/me/storage`

use axum::extract::State;
use dossier_common::storage::UsageOf;

use crate::extract::{NoQuery, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::StorageResponse;

/// Show what the caller's documents take
///
/// Uploads under way count with what is reserved for them. An upload beyond the quota is refused with
/// `quota_exceeded`.
#[utoipa::path(
    get, path = "/v1/me/storage", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "What is used, and the quota", body = StorageResponse),
        Problems<(SignedIn, NoQuery)>,
    ),
)]
pub async fn show_storage(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
) -> Result<axum::Json<StorageResponse>, Problem> {
    let of = UsageOf::Person(caller.user_id);
    let usage = state.store.storage_usage(of).await?;
    let quota = state.limits.storage.of_person;
    Ok(axum::Json(StorageResponse::new(usage.taken(), quota)))
}
