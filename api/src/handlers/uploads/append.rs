//! `PATCH /v1/uploads/{id}`

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dossier_common::id::UploadId;
use utoipa::IntoParams;

use super::create::{OffsetStream, no_offset_stream};
use super::headers::{self, TusHeaders};
use crate::extract::{NoQuery, Ops, PathId, TusVersion};
use crate::problem::{Code, Problem, Problems};
use crate::services::{AppendUpload, CompleteUpload, Refused, append_upload, complete_upload};
use crate::state::AppState;
use crate::wire::{DocumentBytes, UploadIdText};

/// The headers of bytes that are added.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct AppendHeaders {
    /// How many bytes have arrived before.
    #[param(rename = "Upload-Offset", minimum = 0)]
    upload_offset: u64,
    /// `sha256` and the digest of the body in base64: all of it counts, or nothing.
    #[param(rename = "Upload-Checksum", required = false)]
    upload_checksum: String,
}

/// Add bytes to an upload
///
/// What arrived before the connection broke counts. Of two requests at the same time the newer one goes on.
/// The last bytes make the document.
#[utoipa::path(
    patch, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])),
    params(
        ("id" = inline(UploadIdText), Path, description = "Which upload"),
        TusHeaders,
        AppendHeaders,
    ),
    request_body(content = inline(DocumentBytes), content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "The bytes are safe", headers(
            ("Tus-Resumable" = String, description = "The version of this answer"),
            ("Upload-Offset" = u64, description = "How many bytes have arrived"),
            ("Upload-Expires" = String, description = "When it is given up, unless more arrives"),
            ("Dossier-File" = String, description = "The id of the document, if all has arrived"),
        )),
        Problems<(Ops, TusVersion, OffsetStream, NoQuery, (AppendUpload, CompleteUpload))>,
    ),
)]
pub async fn append_to_upload(
    State(state): State<AppState>,
    Ops(caller): Ops,
    NoQuery: NoQuery,
    PathId(id): PathId<UploadId>,
    _: TusVersion,
    request: Request,
) -> Result<Response, Refused> {
    if !headers::brings_bytes(request.headers()) {
        return Err(no_offset_stream().into());
    }
    let offset = headers::bytes(request.headers(), "upload-offset")?;
    let offset = offset.ok_or_else(|| {
        let detail = "Please say how many bytes have arrived before: Upload-Offset.";
        Problem::new(Code::BadRequest, detail)
    })?;
    let checksum = headers::checksum(request.headers())?;
    let bytes = (request.into_body(), checksum);
    let mut upload = append_upload(&state, &caller, id, offset, bytes).await?;
    if upload.is_whole() {
        upload = complete_upload(&state, &caller, id).await?;
    }
    let progress = headers::progress(&upload)?;
    Ok((StatusCode::NO_CONTENT, progress).into_response())
}
