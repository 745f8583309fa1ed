//! `DELETE /v1/admin/jobs/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::operations::Verb;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeJob, change_job};
use crate::state::AppState;
use crate::wire::JobIdText;

/// Delete a job
///
/// Also a document that is no job. A running one is cancelled first.
#[utoipa::path(
    delete, path = "/v1/admin/jobs/{id}", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(JobIdText), Path, description = "Which")),
    responses(
        (status = 204, description = "The job is gone"),
        Problems<(Admin, NoQuery, PathId<String>, ChangeJob)>,
    ),
)]
pub async fn delete_job(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<String>,
) -> Result<StatusCode, Problem> {
    change_job(&state, &caller, &id, Verb::Delete).await?;
    Ok(StatusCode::NO_CONTENT)
}
