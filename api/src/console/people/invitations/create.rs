//! `POST /invitations`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use super::list::{PAGE, listed};
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Json, NoQuery, PageRequest, Staff};
use crate::handlers::invitations as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::InvitationRequest;

/// Invites somebody.
pub async fn create_invitation(
    State(state): State<AppState>,
    Staff(caller): Staff,
    view: View,
    first_page: PageRequest,
    form: Form,
) -> Result<Response, Problem> {
    let text = |name| form.get(name).unwrap_or_default().to_owned();
    let request = InvitationRequest {
        email: text("email"),
        role: text("role"),
    };
    let (all, staff) = (State(state.clone()), Staff(caller.clone()));
    let problem = match api::create_invitation(all, staff, NoQuery, Json(request)).await {
        Ok(_) => return Ok(see_other("/invitations", "invitation-sent")),
        Err(problem) => problem,
    };
    let listed = listed(&state, caller, first_page).await?;
    let why = match problem.code() {
        Code::Forbidden => Some("people-invite-clients"),
        Code::SignUpRefused => Some("people-invitations-closed"),
        _ => None,
    };
    let values = context! { why, values => form.values(), ..listed };
    Ok(view.refused(PAGE, &problem, values))
}
