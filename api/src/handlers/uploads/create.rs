//! `POST /v1/uploads`

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::digest::Sha256;
use dossier_common::upload::ResumableUpload;
use utoipa::IntoParams;

use super::headers::{self, TusHeaders};
use crate::extract::{Caller, NoQuery, Ops, TusVersion};
use crate::problem::{Code, Fails, Problem, Problems};
use crate::services::{
    AppendUpload, BeginUpload, CompleteUpload, NewUpload, Refused, append_upload, begin_upload,
    complete_upload,
};
use crate::state::AppState;

/// The headers that begin an upload.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct NewUploadHeaders {
    /// How many bytes the document has.
    #[param(rename = "Upload-Length", minimum = 0, example = 12345)]
    upload_length: u64,
    /// Pairs of a key and a value in base64, separated by commas: `filename`, `audience` (`everyone`) or
    /// `recipients` (addresses, separated by commas), and `expires_at` if there is one.
    #[param(
        rename = "Upload-Metadata",
        example = "filename cmVwb3J0LmRvY3g=,audience ZXZlcnlvbmU="
    )]
    upload_metadata: String,
}

/// What the body of an upload can fail in.
#[derive(Clone, Copy, Debug)]
pub struct OffsetStream;

impl Fails for OffsetStream {
    fn codes() -> Vec<Code> {
        vec![Code::UnsupportedMediaType]
    }
}

/// Begin an upload that arrives over several requests
///
/// Reserves its room. The body may bring the first bytes, or all of them, as
/// `application/offset+octet-stream`.
#[utoipa::path(
    post, path = "/v1/uploads", tag = "uploads", security(("bearer" = [])),
    params(TusHeaders, NewUploadHeaders),
    responses(
        (status = 201, description = "The upload has begun", headers(
            ("Location" = String, description = "The upload"),
            ("Tus-Resumable" = String, description = "The version of this answer"),
            ("Upload-Offset" = u64, description = "How many bytes have arrived"),
            ("Upload-Expires" = String, description = "When it is given up, unless more arrives"),
            ("Dossier-File" = String, description = "The id of the document, if all has arrived"),
        )),
        Problems<(Ops, TusVersion, OffsetStream, BeginUpload, (AppendUpload, CompleteUpload))>,
    ),
)]
pub async fn create_upload(
    State(state): State<AppState>,
    Ops(caller): Ops,
    NoQuery: NoQuery,
    _: TusVersion,
    request: Request,
) -> Result<Response, Refused> {
    let new = read_new(request.headers())?;
    let checksum = headers::checksum(request.headers())?;
    let brings_bytes = headers::brings_bytes(request.headers());
    // That of the interface, or of the console.
    let path = request.uri().path().to_owned();
    let body = request.into_body();
    if !brings_bytes && body.size_hint().exact() != Some(0) {
        return Err(no_offset_stream().into());
    }
    let upload = begin_upload(&state, &caller, new).await?;
    let location = format!("{}{path}/{}", state.public_url, upload.id);
    let location = [(header::LOCATION, location)];
    // It has begun, whatever becomes of its first bytes.
    match first_bytes(&state, &caller, upload, (body, checksum)).await {
        Ok(upload) => {
            let progress = headers::progress(&upload)?;
            Ok((StatusCode::CREATED, location, progress).into_response())
        }
        Err(refused) => Ok((location, refused).into_response()),
    }
}

async fn first_bytes(
    state: &AppState,
    caller: &Caller,
    upload: ResumableUpload,
    bytes: (Body, Option<Sha256>),
) -> Result<ResumableUpload, Refused> {
    let upload = append_upload(state, caller, upload.id, 0, bytes).await?;
    if upload.is_whole() {
        return complete_upload(state, caller, upload.id).await;
    }
    Ok(upload)
}

fn read_new(headers: &HeaderMap) -> Result<NewUpload, Problem> {
    if headers.contains_key("upload-concat") {
        let detail = "An upload is one document: Upload-Concat is not offered.";
        return Err(Problem::new(Code::BadRequest, detail));
    }
    let length = headers::bytes(headers, "upload-length")?;
    let length = length.ok_or_else(|| {
        let detail = match headers.contains_key("upload-defer-length") {
            true => "An upload says its length when it begins: Upload-Defer-Length is not offered.",
            false => "Please say how many bytes the document has: Upload-Length.",
        };
        Problem::new(Code::BadRequest, detail)
    })?;
    let metadata = headers::text(headers, "upload-metadata")?;
    Ok(NewUpload {
        length,
        metadata: metadata.unwrap_or_default().to_owned(),
    })
}

/// The body is none that can be added to an upload.
pub(super) fn no_offset_stream() -> Problem {
    let detail =
        "Please send the bytes as application/offset+octet-stream and say so in Content-Type.";
    Problem::new(Code::UnsupportedMediaType, detail)
}
