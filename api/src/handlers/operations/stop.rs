//! `POST /v1/admin/operations/{id}/stop`

use axum::extract::State;
use dossier_common::id::OperationId;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ResumeOperation, stop};
use crate::state::AppState;
use crate::wire::{OperationIdText, OperationResponse};

/// Stop an operation
///
/// Whatever process carries it out stops within some seconds. What was done stays done; it can be resumed.
#[utoipa::path(
    post, path = "/v1/admin/operations/{id}/stop", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(OperationIdText), Path, description = "Which")),
    responses(
        (status = 200, description = "The operation", body = OperationResponse),
        Problems<(Admin, NoQuery, PathId<OperationId>, ResumeOperation)>,
    ),
)]
pub async fn stop_operation(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<OperationId>,
) -> Result<axum::Json<OperationResponse>, Problem> {
    let operation = stop(&state, &caller, id).await?;
    Ok(axum::Json(operation.into()))
}
