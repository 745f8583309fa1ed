//! `POST /v1/admin/jobs/{id}/cancel`

use axum::extract::State;
use dossier_common::operations::Verb;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeJob, change_job};
use crate::state::AppState;
use crate::wire::{JobIdText, JobResponse};

/// Cancel a job that waits or runs
///
/// A running one loses its worker, and what that comes to is refused. It can be retried.
#[utoipa::path(
    post, path = "/v1/admin/jobs/{id}/cancel", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(JobIdText), Path, description = "Which")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        Problems<(Admin, NoQuery, PathId<String>, ChangeJob)>,
    ),
)]
pub async fn cancel_job(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<String>,
) -> Result<axum::Json<JobResponse>, Problem> {
    change_job(&state, &caller, &id, Verb::Cancel).await?;
    let job = state.store.find_job(&id).await?;
    let job = job.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(JobResponse::from(&job)))
}
