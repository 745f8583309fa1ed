//! `GET /v1/admin/operations/{id}`

use axum::extract::State;
use dossier_common::id::OperationId;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{OperationIdText, OperationResponse};

/// Show how far an operation is
///
/// One that is `stalled` has lost its server: resume it.
#[utoipa::path(
    get, path = "/v1/admin/operations/{id}", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(OperationIdText), Path, description = "Which")),
    responses(
        (status = 200, description = "The operation", body = OperationResponse),
        Problems<(Admin, NoQuery, PathId<OperationId>)>,
    ),
)]
pub async fn show_operation(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<OperationId>,
) -> Result<axum::Json<OperationResponse>, Problem> {
    let operation = state.store.find_operation(id).await?;
    let operation = operation.ok_or_else(Problem::not_found)?;
    let now = state.store.server_time().await?;
    Ok(axum::Json(OperationResponse::of(operation, now)))
}
