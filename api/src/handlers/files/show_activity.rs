//! `GET /v1/files/{id}/activity`

use axum::extract::State;
use dossier_common::id::FileId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::activity;
use crate::state::AppState;
use crate::wire::{ActivityResponse, FileIdText};

/// Show what became of a document
///
/// Whether each recipient was told of it, looked at it and downloaded it. Ops see it of their own
/// documents, admins of all.
#[utoipa::path(
    get, path = "/v1/files/{id}/activity", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 200, description = "What became of it", body = ActivityResponse),
        Problems<(Staff, NoQuery, PathId<FileId>)>,
    ),
)]
pub async fn show_activity(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
) -> Result<axum::Json<ActivityResponse>, Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    activity(&state, &file).await.map(axum::Json)
}
