//! `POST /groups/{id}/rename` and `/members`

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use dossier_common::id::GroupId;
use minijinja::context;

use super::show::{PAGE, found};
use crate::console::asked;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{IfMatch, Json, ListJson, NoQuery, PathId, Staff};
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
    let renaming = api::rename_group(all, staff.clone(), NoQuery, PathId(id), None, body);
    let problem = match renaming.await {
        Ok(_) => return Ok(see_other(&format!("/groups/{id}"), "group-renamed")),
        Err(problem) => problem,
    };
    let group = found(&state, staff, id).await?;
    let why = (problem.code() == Code::Conflict).then_some("people-group-name-taken");
    let values = context! { why, values => form.values(), ..group };
    Ok(view.refused(PAGE, &problem, values))
}

/// Says who is in a group, provided that it is as the page showed it. Of one that was changed meanwhile its present state
/// is shown.
pub async fn set_members(
    State(state): State<AppState>,
    staff: Staff,
    view: View,
    PathId(id): PathId<GroupId>,
    form: Form,
) -> Result<Response, Problem> {
    let Err(problem) = set(&state, staff.clone(), id, &form).await else {
        return Ok(see_other(&format!("/groups/{id}"), "group-members-set"));
    };
    let group = found(&state, staff, id).await?;
    let values = match problem.code() {
        Code::PreconditionFailed | Code::PreconditionRequired => context! { values => context! {} },
        _ => context! { values => form.values(), etag => form.get("etag").unwrap_or_default() },
    };
    Ok(view.refused(PAGE, &problem, context! { ..values, ..group }))
}

async fn set(state: &AppState, staff: Staff, id: GroupId, form: &Form) -> Result<(), Problem> {
    let seen: IfMatch = asked::of_header(state, header::IF_MATCH, form.get("etag")).await?;
    // An empty field takes everybody out, and one that did not arrive nobody.
    if form.raw("members").is_none() {
        return Err(Problem::invalid_field("members", "is required"));
    }
    let members = members(form);
    let body = ListJson(GroupMembersRequest { members });
    let all = State(state.clone());
    let setting = api::set_group_members(all, staff, NoQuery, PathId(id), Some(seen), body);
    setting.await.map(drop)
}

/// The addresses that were entered, one a line.
pub(super) fn members(form: &Form) -> Vec<String> {
    let lines = form.raw("members").unwrap_or_default().lines();
    let addresses = lines.map(str::trim).filter(|line| !line.is_empty());
    addresses.map(str::to_owned).collect()
}
