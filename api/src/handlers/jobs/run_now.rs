//! `POST /v1/admin/jobs/{id}/run-now`

use axum::extract::State;
use dossier_common::operations::Verb;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeJob, change_job};
use crate::state::AppState;
use crate::wire::{JobIdText, JobResponse};

/// Run a job now that waits for its time
///
/// Whether it was enqueued for later or failed and waits for another attempt.
#[utoipa::path(
    post, path = "/v1/admin/jobs/{id}/run-now", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(JobIdText), Path, description = "Which")),
    responses(
        (status = 200, description = "The job", body = JobResponse),
        Problems<(Admin, NoQuery, PathId<String>, ChangeJob)>,
    ),
)]
pub async fn run_job_now(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<String>,
) -> Result<axum::Json<JobResponse>, Problem> {
    change_job(&state, &caller, &id, Verb::RunNow).await?;
    let job = state.store.find_job(&id).await?;
    let job = job.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(JobResponse::from(&job)))
}
