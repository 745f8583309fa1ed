//! `POST /groups/{id}/rename` and `/members`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::GroupId;
use minijinja::context;

use super::show::{PAGE, found};
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Json, ListJson, NoQuery, PathId, Staff};
use crate::handlers::groups as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::{GroupMembersRequest, GroupNameRequest};

/// Gives a group another name.
pub async fn rename_group(
    State(state): State<AppState>,
    staff: Staff,
    view: View,
    PathId(id): PathId<GroupId>,
    form: Form,
) -> Result<Response, Problem> {
    let name = form.get("name").unwrap_or_default().to_owned();
    let body = Json(GroupNameRequest { name });
    let all = State(state.clone());
    let problem = match api::rename_group(all, staff.clone(), NoQuery, PathId(id), body).await {
        Ok(_) => return Ok(see_other(&format!("/groups/{id}"), "group-renamed")),
        Err(problem) => problem,
    };
    let group = found(&state, staff, id).await?;
    let why = (problem.code() == Code::Conflict).then_some("people-group-name-taken");
    let values = context! { why, values => form.values(), ..group };
    Ok(view.refused(PAGE, &problem, values))
}

/// Says who is in a group.
pub async fn set_members(
    State(state): State<AppState>,
    staff: Staff,
    view: View,
    PathId(id): PathId<GroupId>,
    form: Form,
) -> Result<Response, Problem> {
    let members = members(&form);
    let body = ListJson(GroupMembersRequest { members });
    let (all, caller) = (State(state.clone()), staff.clone());
    let problem = match api::set_group_members(all, caller, NoQuery, PathId(id), body).await {
        Ok(_) => return Ok(see_other(&format!("/groups/{id}"), "group-members-set")),
        Err(problem) => problem,
    };
    let group = found(&state, staff, id).await?;
    let values = context! { values => form.values(), ..group };
    Ok(view.refused(PAGE, &problem, values))
}

/// The addresses that were entered, one a line.
pub(super) fn members(form: &Form) -> Vec<String> {
    let lines = form.raw("members").unwrap_or_default().lines();
    let addresses = lines.map(str::trim).filter(|line| !line.is_empty());
    addresses.map(str::to_owned).collect()
}
