//! `GET /v1/admin/jobs/{id}`

use axum::extract::State;
use dossier_common::story::Story;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::with_job_states;
use crate::state::AppState;
use crate::wire::{JobIdText, JobStoryResponse};

/// Show all of a job
///
/// What it is about, what enqueued it, every attempt with its error, how far its mail got, and what happened
/// since to whom and what it is about.
#[utoipa::path(
    get, path = "/v1/admin/jobs/{id}", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(JobIdText), Path, description = "Which")),
    responses(
        (status = 200, description = "The job", body = JobStoryResponse),
        Problems<(Admin, NoQuery, PathId<String>)>,
    ),
)]
pub async fn show_job(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<String>,
) -> Result<axum::Json<JobStoryResponse>, Problem> {
    let job = state.store.find_job(&id).await?;
    let job = job.ok_or_else(Problem::not_found)?;
    let story = Story::of(&state.store, &job, state.clock.now()).await?;
    let mail = state.store.find_mail(&job.id).await?;
    let mail = with_job_states(&state.store, mail.into_iter().collect()).await?;
    let mail = mail.into_iter().next();
    Ok(axum::Json(JobStoryResponse::new(job, story, mail)))
}
