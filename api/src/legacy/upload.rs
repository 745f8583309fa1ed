//! `POST /upload-file`

use axum::Json;
use axum::extract::{Request, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Ops;
use crate::legacy_audience::LegacyAudience;
use crate::problem::{Code, Problem, Problems};
use crate::services::{self, ReceiveUpload, UploadFields};
use crate::state::AppState;
use crate::wire::FileIdText;

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes the form; the body is streamed")]
struct LegacyUploadForm {
    /// The document.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

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
/// The document is meant for everybody. Please use `POST /v1/files`, which says whom it is meant for; where
/// `LEGACY_AUDIENCE` is `closed`, only that is left.
#[utoipa::path(
    post, path = "/upload-file", tag = "compatibility", security(("bearer" = [])),
    request_body(content = LegacyUploadForm, content_type = "multipart/form-data"),
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
    if state.legacy_audience == LegacyAudience::Closed {
        return Err(closed());
    }
    let fields = UploadFields::ForEveryone;
    let upload = services::receive_upload(&state, caller.user_id, fields, request).await?;
    let file = services::accept_upload(&state, &caller, upload, None).await?;
    Ok(Json(LegacyUploadResponse {
        message: "The file is stored and will be available once it has been checked.",
        file_id: file.id.to_string(),
    }))
}

fn closed() -> Problem {
    let detail = "This address is closed, because it shows what is uploaded to everybody. Please use \
                  POST /v1/files and say whom the document is meant for.";
    Problem::new(Code::Forbidden, detail).closing_connection()
}
