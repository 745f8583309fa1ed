//! `GET /v1/admin/jobs`

use axum::extract::State;

use crate::extract::{Admin, JobParameters, JobQuery};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{JobPage, JobResponse};

/// The list's name in its cursors.
const LIST: &str = "jobs";

/// List jobs, newest first
///
/// Every parameter narrows the list.
#[utoipa::path(
    get, path = "/v1/admin/jobs", tag = "administration", security(("bearer" = [])),
    params(JobParameters),
    responses(
        (status = 200, description = "A page of jobs", body = JobPage),
        Problems<(Admin, JobQuery)>,
    ),
)]
pub async fn list_jobs(
    State(state): State<AppState>,
    Admin(caller): Admin,
    query: JobQuery,
) -> Result<axum::Json<JobPage>, Problem> {
    let filter = query.filter(&state.store).await?;
    let page = query.page.of(LIST, caller.user_id);
    let after: Option<String> = page.after(&state)?;
    let limit = page.read_limit();
    let jobs = state.store.list_jobs(&filter, after.as_deref(), limit);
    let mut jobs = jobs.await?;
    let next_cursor = page.cut(&state, &mut jobs, |job| job.id.clone());
    let items = jobs.into_iter().map(JobResponse::from).collect();
    Ok(axum::Json(JobPage { items, next_cursor }))
}
