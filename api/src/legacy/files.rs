//! `POST /upload-file` and `GET /files`

use axum::Json;
use axum::extract::{Request, State};
use dossier_common::clock::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{Ops, SignedIn};
use crate::handlers::files::UploadForm;
use crate::problem::{Problem, Problems};
use crate::services::{self, ReceiveUpload};
use crate::state::AppState;
use crate::wire::FileIdText;

/// How many documents a list without pages shows at most.
const MAX_LISTED: i64 = 1000;

/// An upload was stored.
#[derive(Serialize, ToSchema)]
pub(super) struct LegacyUploadResponse {
    /// What happens next.
    message: &'static str,
    /// Which document.
    #[schema(value_type = FileIdText)]
    file_id: String,
}

/// Upload a document
///
/// Please use `POST /v1/files`.
#[utoipa::path(
    post, path = "/upload-file", tag = "compatibility", security(("bearer" = [])),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The document is stored and will be checked", body = LegacyUploadResponse),
        Problems<(Ops, ReceiveUpload)>,
    ),
)]
pub(super) async fn legacy_upload_file(
    State(state): State<AppState>,
    Ops(caller): Ops,
    request: Request,
) -> Result<Json<LegacyUploadResponse>, Problem> {
    let upload = services::receive_upload(&state, caller.user_id, request).await?;
    let file = services::accept_upload(&state, &caller, upload, None).await?;
    Ok(Json(LegacyUploadResponse {
        message: "The file is stored and will be available once it has been checked.",
        file_id: file.id.to_string(),
    }))
}

/// A document of the list.
#[derive(Serialize, ToSchema)]
pub(super) struct LegacyFile {
    /// Which document.
    #[schema(value_type = FileIdText)]
    id: String,
    /// What it is called.
    filename: String,
    /// When it was received.
    #[schema(format = DateTime, example = "2026-11-25T08:30:00.000Z")]
    uploaded_at: String,
}

/// List documents
///
/// Please use `GET /v1/files`.
#[utoipa::path(
    get, path = "/files", tag = "compatibility", security(("bearer" = [])),
    responses(
        (status = 200, description = "The newest 1,000 documents", body = Vec<LegacyFile>),
        Problems<(SignedIn,)>,
    ),
)]
pub(super) async fn legacy_list_files(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<LegacyFile>>, Problem> {
    let scope = caller.file_scope(&state).await?;
    let files = state.store.list_files(&scope, None, MAX_LISTED).await?;
    let listed = files.into_iter().map(|file| LegacyFile {
        id: file.id.to_string(),
        filename: file.name.as_str().to_owned(),
        uploaded_at: rfc3339(file.created_at),
    });
    Ok(Json(listed.collect()))
}
