//! `POST /groups`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::change::members;
use super::list::{PAGE, listed};
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{PageRequest, Staff};
use crate::problem::{Code, Problem};
use crate::services;
use crate::state::AppState;
use crate::wire::GroupRequest;

/// Makes a group, and shows it.
pub async fn create_group(
    State(state): State<AppState>,
    Staff(caller): Staff,
    view: View,
    first_page: PageRequest,
    form: Form,
) -> Result<Response, Problem> {
    let request = GroupRequest {
        name: form.get("name").unwrap_or_default().to_owned(),
        members: members(&form),
    };
    let problem = match services::create_group(&state, &caller, &request).await {
        Ok(group) => return Ok(see_other(&format!("/groups/{}", group.id), "group-created")),
        Err(problem) => problem,
    };
    let listed = listed(&state, Staff(caller), first_page).await?;
    let why = (problem.code() == Code::Conflict).then_some("people-group-name-taken");
    let values = context! { why, values => form.values(), ..listed };
    Ok(view.refused(PAGE, &problem, values))
}
