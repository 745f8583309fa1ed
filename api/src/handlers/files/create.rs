//! `POST /v1/files`

use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use dossier_common::id::FileId;
use utoipa::{IntoParams, ToSchema};

use super::show::view_for;
use crate::extract::Ops;
use crate::problem::{Problem, Problems};
use crate::services::{
    AcceptUpload, IdempotencyKey, ReceiveUpload, Uploaded, keep_answer, upload_once,
};
use crate::state::AppState;
use crate::wire::{AudienceName, FileResponse, Recipient, UriReference};

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form; the body is streamed")]
pub struct UploadForm {
    /// The document.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Whom the document is meant for: `everyone`, or those in `recipients`. It can be left out where there are
    /// recipients.
    #[schema(required = false)]
    audience: AudienceName,
    /// The addresses and groups that the document is meant for, one field each.
    #[schema(required = false, max_items = 100, value_type = Vec<Recipient>)]
    recipients: Vec<String>,
    /// From when on clients do not see the document any more; an instant in the future.
    #[schema(required = false, format = DateTime, example = "2030-01-31T12:00:00Z")]
    expires_at: String,
}

/// The headers of an upload.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct UploadHeaders {
    /// Sending the same upload again under one key within 24 hours stores it once, and gets the answer of the first
    /// time. A string such as `"8e03978e-40d5-43e8-bc93-6894a57f9324"`; the quotation marks may be left out.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255
    )]
    idempotency_key: String,
    /// `sha-256=:…:` of the document, not of the form (RFC 9530); other bytes are refused.
    #[param(rename = "Repr-Digest", required = false)]
    repr_digest: String,
}

/// Upload a document
///
/// The form says whom it is meant for: `audience=everyone`, or `recipients`. The answer comes as soon as the bytes
/// are safe; a worker then looks inside. `Location` is where to see
/// how that went.
#[utoipa::path(
    post, path = "/v1/files", tag = "files", security(("bearer" = [])),
    params(UploadHeaders),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "The document is stored and will be checked", body = FileResponse,
         headers(
            ("Location" = inline(UriReference), description = "The document"),
            ("Retry-After" = u32, description = "When to look how the check went, in seconds"),
         )),
        Problems<(Ops, ReceiveUpload, AcceptUpload)>,
    ),
)]
pub async fn create_file(
    State(state): State<AppState>,
    Ops(caller): Ops,
    request: Request,
) -> Result<(StatusCode, [(HeaderName, String); 3], String), Problem> {
    let key = IdempotencyKey::read(request.headers())?;
    let (id, answer) = match upload_once(&state, &caller, request, key).await? {
        Uploaded::New { file, key } => {
            let id = file.id;
            let response = view_for(&state, &caller, *file).await?;
            (id, keep_answer(&state, key, &response).await?)
        }
        Uploaded::Again { file_id, answer } => (file_id, answer),
    };
    let headers = [
        (header::LOCATION, location(id)),
        (header::RETRY_AFTER, "1".to_owned()),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    Ok((StatusCode::ACCEPTED, headers, answer))
}

fn location(id: FileId) -> String {
    format!("/v1/files/{id}")
}
