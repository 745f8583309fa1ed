//! `GET /v1/files/{id}`

use axum::extract::State;
use axum::http::{HeaderName, header};
use dossier_common::file::File;
use dossier_common::id::FileId;

use crate::extract::{Caller, NoQuery, PathId, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services::{file_etag, file_views, note_seen};
use crate::state::AppState;
use crate::wire::{FileIdText, FileResponse};

/// Show a document
///
/// Ops see their own, clients those that are available, not withdrawn or expired, and meant for them or a group that
/// they are in.
#[utoipa::path(
    get, path = "/v1/files/{id}", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document")),
    responses(
        (status = 200, description = "The document", body = FileResponse,
         headers(("ETag" = String, description = "What a change sends in `If-Match`"))),
        Problems<(SignedIn, NoQuery, PathId<FileId>)>,
    ),
)]
pub async fn show_file(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
) -> Result<([(HeaderName, String); 1], axum::Json<FileResponse>), Problem> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let etag = [(header::ETAG, file_etag(&file))];
    note_seen(&state, &caller, &file).await?;
    let response = view_for(&state, &caller, file).await?;
    Ok((etag, axum::Json(response)))
}

/// `file` as `caller` sees it.
pub(super) async fn view_for(
    state: &AppState,
    caller: &Caller,
    file: File,
) -> Result<FileResponse, Problem> {
    let mut views = views_for(state, caller, vec![file]).await?;
    views.pop().ok_or_else(Problem::not_found)
}

/// `files` as `caller` sees them.
pub(super) async fn views_for(
    state: &AppState,
    caller: &Caller,
    files: Vec<File>,
) -> Result<Vec<FileResponse>, Problem> {
    Ok(file_views(state, caller, files).await?)
}
