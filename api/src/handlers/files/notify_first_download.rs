//! `PUT /v1/files/{id}/notify-first-download`

use axum::extract::State;
use dossier_common::id::FileId;

use crate::extract::{Json, NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::await_first_download;
use crate::state::AppState;
use crate::wire::{EnabledBody, FileIdText};

/// Say whether the owner is told of the first download
///
/// By one mail, of the first download by anybody from now on. Saying so again changes nothing; turning it
/// off and on again waits for another one.
#[utoipa::path(
    put, path = "/v1/files/{id}/notify-first-download", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    request_body = EnabledBody,
    responses(
        (status = 200, description = "Whether the owner is told", body = EnabledBody),
        Problems<(Staff, NoQuery, PathId<FileId>, Json<EnabledBody>)>,
    ),
)]
pub async fn notify_first_download(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
    request: Result<Json<EnabledBody>, Problem>,
) -> Result<axum::Json<EnabledBody>, Problem> {
    // Whose document it is comes before what is wanted of it.
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let Json(request) = request?;
    await_first_download(&state, &caller, &file, request.enabled).await?;
    Ok(axum::Json(request))
}
