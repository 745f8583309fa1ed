//! `PUT /v1/files/{id}/content`

use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use dossier_common::id::FileId;
use utoipa::IntoParams;

use super::show::view_for;
use crate::extract::{NoQuery, Ops, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ReplaceContent, replace_content};
use crate::state::AppState;
use crate::wire::{DocumentBytes, FileIdText, FileResponse, UriReference};

/// The headers of new bytes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct ReplaceHeaders {
    /// `sha-256=:…:` of the document (RFC 9530); other bytes are refused.
    #[param(rename = "Repr-Digest", required = false)]
    repr_digest: String,
}

/// Replace the bytes of a document
///
/// The document stays what it is until a worker has looked inside the new bytes: if they are genuine, they take its
/// place, and its links end; if they are not, `replacement` says why. Bytes that wait for their verdict are
/// superseded by the next ones.
#[utoipa::path(
    put, path = "/v1/files/{id}/content", tag = "files", security(("bearer" = [])),
    params(("id" = inline(FileIdText), Path, description = "Which document"), ReplaceHeaders),
    request_body(content = DocumentBytes, content_type = "application/octet-stream"),
    responses(
        (status = 202, description = "The new bytes are stored and will be checked", body = FileResponse,
         headers(
            ("Location" = inline(UriReference), description = "The document"),
            ("Retry-After" = u32, description = "When to look how the check went, in seconds"),
         )),
        Problems<(Ops, NoQuery, PathId<FileId>, ReplaceContent)>,
    ),
)]
pub async fn replace_file(
    State(state): State<AppState>,
    Ops(caller): Ops,
    NoQuery: NoQuery,
    PathId(id): PathId<FileId>,
    request: Request,
) -> Result<
    (
        StatusCode,
        [(HeaderName, String); 2],
        axum::Json<FileResponse>,
    ),
    Problem,
> {
    let scope = caller.file_scope(&state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    replace_content(&state, &caller, &file, request).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::LOCATION, format!("/v1/files/{id}")),
        (header::RETRY_AFTER, "1".to_owned()),
    ];
    let response = view_for(&state, &caller, file).await?;
    Ok((StatusCode::ACCEPTED, headers, axum::Json(response)))
}
