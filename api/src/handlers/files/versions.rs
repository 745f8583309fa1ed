//! `GET /v1/files/{id}/versions`

use axum::extract::State;
use dossier_common::id::FileId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{FileIdText, VersionList, VersionResponse};

/// List the earlier versions of a document, newest first
///
/// Its owner and admins see them; they cannot be downloaded.
#[utoipa::path(
    get, path = "/v1/files/{id}/versions", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 200, description = "Its earlier versions", body = VersionList),
        Problems<(Staff, NoQuery, PathId<FileId>)>,
    ),
)]
pub async fn list_versions(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
) -> Result<axum::Json<VersionList>, Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let items = file.earlier.iter().rev().map(VersionResponse::from);
    Ok(axum::Json(VersionList {
        items: items.collect(),
    }))
}
