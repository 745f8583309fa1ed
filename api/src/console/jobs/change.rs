//! `POST /admin/jobs/{id}/{verb}`: `retry`, `run-now`, `cancel`, `release` or `delete`

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use dossier_common::operations::Verb;

use super::story;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, NoQuery};
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;

/// A job, and what is done to it, as the address has them.
#[derive(Clone, Debug)]
pub struct Change {
    id: String,
    verb: Verb,
}

/// Does to the job what the address says. When its state does not allow that any more, its page says why, as it is
/// now.
pub async fn change_job(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    Change { id, verb }: Change,
    NoQuery: NoQuery,
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

impl FromRequestParts<AppState> for Change {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((id, verb)) = path.map_err(|_| Problem::not_found())?;
        let verb = verb.parse::<Verb>().map_err(|_| Problem::not_found())?;
        Ok(Self { id, verb })
    }
}
