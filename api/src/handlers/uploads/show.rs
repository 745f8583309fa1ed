//! `HEAD /v1/uploads/{id}`

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use dossier_common::id::UploadId;

use super::headers::{self, TusHeaders};
use crate::extract::{NoQuery, Ops, PathId, TusVersion};
use crate::problem::HeadProblems;
use crate::services::{CompleteUpload, Refused, complete_upload, settled_upload};
use crate::state::AppState;
use crate::wire::UploadIdText;

/// Ask where an upload is
///
/// While another request goes on with the upload, the answer waits up to two seconds for bytes that arrived to count. An
/// upload that has arrived and has no document yet, for a process died over it, gets one.
#[utoipa::path(
    head, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])),
    params(("id" = inline(UploadIdText), Path, description = "Which upload"), TusHeaders),
    responses(
        (status = 200, description = "Where it is", headers(
            ("Tus-Resumable" = String, description = "The version of this answer"),
            ("Upload-Offset" = u64, description = "How many bytes have arrived"),
            ("Upload-Length" = u64, description = "How many bytes it has in all"),
            ("Upload-Metadata" = String, description = "As it was sent"),
            ("Upload-Expires" = String, description = "When it is given up, unless more arrives"),
            ("Dossier-File" = String, description = "The id of the document, if all has arrived"),
        )),
        HeadProblems<(Ops, TusVersion, NoQuery, CompleteUpload)>,
    ),
)]
pub async fn check_upload(
    State(state): State<AppState>,
    Ops(caller): Ops,
    NoQuery: NoQuery,
    PathId(id): PathId<UploadId>,
    _: TusVersion,
) -> Result<Response, Refused> {
    let mut upload = settled_upload(&state, &caller, id).await?;
    if upload.is_whole() && upload.file_id.is_none() {
        upload = complete_upload(&state, &caller, id).await?;
    }
    let fresh = [(header::CACHE_CONTROL, "no-store")];
    Ok((fresh, headers::description(&upload)?).into_response())
}
