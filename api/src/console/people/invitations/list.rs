//! `GET /invitations`

use axum::extract::State;
use axum::response::Response;
use dossier_common::user::Role;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::people::names::{addresses, people};
use crate::console::view::View;
use crate::extract::{Caller, PageRequest, Staff};
use crate::handlers::invitations as api;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::InvitationPage;

/// The page of the invitations.
pub(super) const PAGE: &str = "people/invitations.html";

/// Invitations that wait to be accepted, newest first, and a form to invite somebody.
pub async fn show_invitations(
    State(state): State<AppState>,
    Staff(caller): Staff,
    view: View,
    page: PageRequest,
) -> Result<Response, Problem> {
    let listed = listed(&state, caller, page).await?;
    Ok(view.page(PAGE, context! { values => context! {}, ..listed }))
}

/// What the page shows of the caller's invitations: Ops see their own, admins all and who made them.
///
/// # Errors
///
/// [`Problem`] when they cannot be read, or the page is none of this list.
pub(super) async fn listed(
    state: &AppState,
    caller: Caller,
    page: PageRequest,
) -> Result<Value, Problem> {
    let role = caller.role;
    let listing = api::list_invitations(State(state.clone()), Staff(caller), page);
    let InvitationPage { items, next_cursor } = listing.await?.0;
    let inviting = people(items.iter().map(|it| it.invited_by.as_str()));
    let people = match role {
        Role::Admin => Some(addresses(state, inviting).await?),
        Role::Ops | Role::Client => None,
    };
    let roles: Vec<&str> = role.invites_to().iter().map(|it| it.as_str()).collect();
    Ok(context! {
        invitations => Serde(&items), next_cursor, people, roles,
        is_open => state.sign_up.takes_invitations(),
    })
}
