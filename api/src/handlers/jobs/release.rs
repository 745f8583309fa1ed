//! `POST /v1/admin/jobs/{id}/release`

use axum::extract::State;
use dossier_common::operations::Verb;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeJob, change_job};
use crate::state::AppState;
use crate::wire::{JobIdText, JobResponse};

/// Take a running job from its worker
///
/// It is ready for another worker at once, and what the one that had it comes to is refused. For a worker that
/// hangs; the job may have done a part of what it is for.
#[utoipa::path(
    post, path = "/v1/admin/jobs/{id}/release", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(JobIdText), Path, description = "Which")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        Problems<(Admin, NoQuery, PathId<String>, ChangeJob)>,
    ),
)]
pub async fn release_job(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<String>,
) -> Result<axum::Json<JobResponse>, Problem> {
    change_job(&state, &caller, &id, Verb::Release).await?;
    let job = state.store.find_job(&id).await?;
    let job = job.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(JobResponse::from(&job)))
}
