//! `PATCH /v1/files/{id}`

use axum::extract::State;
use axum::http::{HeaderName, header};
use dossier_common::id::FileId;

use super::show::view_for;
use crate::extract::{IfMatch, IfMatchHeader, Json, NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{self, ChangeFile, file_etag};
use crate::state::AppState;
use crate::wire::{FileChangeRequest, FileIdText, FileResponse};

/// Change a document's name, audience or expiry
///
/// Ops change their own, admins any. Clients see the change with their next request: whoever is taken out of the
/// audience has neither the document nor links to it any more.
#[utoipa::path(
    patch, path = "/v1/files/{id}", tag = "files", security(("bearer" = [])),
    params(
        ("id" = inline(FileIdText), Path, description = "Which document"),
        IfMatchHeader,
    ),
    request_body = FileChangeRequest,
    responses(
        (status = 200, description = "The document as it is now", body = FileResponse,
         headers(("ETag" = String, description = "What the next change sends in `If-Match`"))),
        Problems<(Staff, NoQuery, PathId<FileId>, IfMatch, Json<FileChangeRequest>, ChangeFile)>,
    ),
)]
pub async fn change_file(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
    seen: IfMatch,
    Json(request): Json<FileChangeRequest>,
) -> Result<([(HeaderName, String); 1], axum::Json<FileResponse>), Problem> {
    let file = services::change_file(&state, &caller, id, &seen, request).await?;
    let etag = [(header::ETAG, file_etag(&file))];
    let response = view_for(&state, &caller, file).await?;
    Ok((etag, axum::Json(response)))
}
