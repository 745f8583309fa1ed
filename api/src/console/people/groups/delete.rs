//! `POST /groups/{id}/delete`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::GroupId;
use minijinja::context;

use super::show::{PAGE, found};
use crate::console::view::{View, see_other};
use crate::extract::{NoQuery, PathId, Staff};
use crate::handlers::groups as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Deletes a group that no document is meant for.
pub async fn delete_group(
    State(state): State<AppState>,
    staff: Staff,
    view: View,
    PathId(id): PathId<GroupId>,
) -> Result<Response, Problem> {
    let all = State(state.clone());
    let problem = match api::delete_group(all, staff.clone(), NoQuery, PathId(id)).await {
        Ok(_) => return Ok(see_other("/groups", "group-deleted")),
        Err(problem) => problem,
    };
    let group = found(&state, staff, id).await?;
    let why = (problem.code() == Code::Conflict).then_some("people-group-in-use");
    let values = context! { why, values => context! {}, ..group };
    Ok(view.refused(PAGE, &problem, values))
}
