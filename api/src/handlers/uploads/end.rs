//! `DELETE /v1/uploads/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::id::UploadId;

use super::headers::TusHeaders;
use crate::extract::{NoQuery, Ops, PathId, TusVersion};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::UploadIdText;

/// End an upload
///
/// Its bytes are removed, and its room is free again. A document that it has become stays.
#[utoipa::path(
    delete, path = "/v1/uploads/{id}", tag = "uploads", security(("bearer" = [])),
    params(("id" = inline(UploadIdText), Path, description = "Which upload"), TusHeaders),
    responses(
        (status = 204, description = "The upload is ended", headers(
            ("Tus-Resumable" = String, description = "The version of this answer"),
        )),
        Problems<(Ops, TusVersion, NoQuery, PathId<UploadId>)>,
    ),
)]
pub async fn end_upload(
    State(state): State<AppState>,
    Ops(caller): Ops,
    NoQuery: NoQuery,
    PathId(id): PathId<UploadId>,
    _: TusVersion,
) -> Result<StatusCode, Problem> {
    match state.store.end_upload(id, caller.user_id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}
