//! `POST /v1/admin/operations/{id}/resume`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::id::OperationId;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ResumeOperation, resume};
use crate::state::AppState;
use crate::wire::{OperationIdText, OperationResponse};

/// Go on with an operation
///
/// With one that has stopped, or whose server has died; a job that it has changed already is not changed again.
/// This server goes on with it after the answer.
#[utoipa::path(
    post, path = "/v1/admin/operations/{id}/resume", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(OperationIdText), Path, description = "Which")),
    responses(
        (status = 202, description = "It goes on", body = OperationResponse),
        Problems<(Admin, NoQuery, PathId<OperationId>, ResumeOperation)>,
    ),
)]
pub async fn resume_operation(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<OperationId>,
) -> Result<(StatusCode, axum::Json<OperationResponse>), Problem> {
    let operation = resume(&state, &caller, id).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(operation.into())))
}
