//! `POST /admin/jobs/{id}/retry`, `…/run-now`, `…/cancel`, `…/release` and `…/delete`

use axum::extract::State;
use axum::response::Response;
use dossier_common::operations::Verb;

use super::story;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;

/// A dead or cancelled job runs again, with all its attempts.
pub async fn retry_job(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    change(state, admin, &view, id, Verb::Retry).await
}

/// A job that waits for its time is due now.
pub async fn run_job_now(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    change(state, admin, &view, id, Verb::RunNow).await
}

/// A job that waits or runs is never run again by itself.
pub async fn cancel_job(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    change(state, admin, &view, id, Verb::Cancel).await
}

/// A running job is taken from its worker.
pub async fn release_job(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    change(state, admin, &view, id, Verb::Release).await
}

/// A job that does not run is removed.
pub async fn delete_job(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    PathId(id): PathId<String>,
    NoQuery: NoQuery,
) -> Result<Response, Problem> {
    change(state, admin, &view, id, Verb::Delete).await
}

/// Does `verb` to the job. When its state does not allow that any more, its page says why, as it is now.
async fn change(
    state: AppState,
    admin: Admin,
    view: &View,
    id: String,
    verb: Verb,
) -> Result<Response, Problem> {
    let Err(problem) = services::change_job(&state, &admin.0, &id, verb).await else {
        let path = match verb {
            Verb::Delete => "/admin/jobs".to_owned(),
            _ => format!("/admin/jobs/{id}"),
        };
        return Ok(see_other(&path, &format!("job-{verb}")));
    };
    if problem.code() != Code::Conflict {
        return Err(problem);
    }
    let values = story::values(state, admin, id).await?;
    Ok(view.refused(story::PAGE, &problem, values))
}
