//! `POST /v1/uploads/{id}` with another method in a header

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use dossier_common::id::UploadId;
use utoipa::IntoParams;

use super::create::OffsetStream;
use super::headers::{self, TusHeaders};
use super::{append_to_upload, check_upload, end_upload};
use crate::extract::{NoQuery, Ops, PathId, TusVersion};
use crate::problem::{Code, Problem, Problems};
use crate::services::{AppendUpload, CompleteUpload, Refused};
use crate::state::AppState;
use crate::wire::UploadIdText;

/// The header that says the method.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
pub struct OverrideHeaders {
    /// The method that is meant: `PATCH`, `HEAD` or `DELETE`.
    #[param(
        rename = "X-HTTP-Method-Override",
        pattern = "^(PATCH|HEAD|DELETE)$",
        example = "HEAD"
    )]
    method: String,
}

/// Use another method of an upload
///
/// For clients that cannot send `PATCH`, `HEAD` or `DELETE`: the answer is that of the method in the header.
#[utoipa::path(
    post, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])),
    params(
        ("id" = inline(UploadIdText), Path, description = "Which upload"),
        TusHeaders,
        OverrideHeaders,
    ),
    responses(
        (status = 200, description = "As of `HEAD`"),
        (status = 204, description = "As of `PATCH` or `DELETE`"),
        Problems<(Ops, TusVersion, OffsetStream, NoQuery, (AppendUpload, CompleteUpload))>,
    ),
)]
pub async fn override_upload_method(
    State(state): State<AppState>,
    ops: Ops,
    NoQuery: NoQuery,
    id: PathId<UploadId>,
    version: TusVersion,
    request: Request,
) -> Result<Response, Refused> {
    let state = State(state);
    match method(request.headers())? {
        "PATCH" => append_to_upload(state, ops, NoQuery, id, version, request).await,
        "HEAD" => check_upload(state, ops, NoQuery, id, version).await,
        "DELETE" => {
            let ended = end_upload(state, ops, NoQuery, id, version).await?;
            Ok(ended.into_response())
        }
        _ => Err(unknown_method().into()),
    }
}

fn method(headers: &HeaderMap) -> Result<&str, Problem> {
    let method = headers::text(headers, "x-http-method-override")?;
    method.ok_or_else(unknown_method)
}

fn unknown_method() -> Problem {
    let detail = "Please say the method in X-HTTP-Method-Override: PATCH, HEAD or DELETE.";
    Problem::new(Code::BadRequest, detail)
}
