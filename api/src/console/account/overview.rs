//! `GET /account`

use axum::extract::State;
use axum::response::Response;
use dossier_common::user::Role;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::view::View;
use crate::extract::{Caller, Enrolling, NoQuery, SignedIn};
use crate::handlers::me;
use crate::problem::Problem;
use crate::state::AppState;

/// The template, which also has the forms for the password and for mails.
pub(super) const PAGE: &str = "account/overview.html";

/// Shows who is signed in, and what can be changed about the account.
pub async fn show_account(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    view: View,
) -> Result<Response, Problem> {
    Ok(view.page(PAGE, values(&state, &caller).await?))
}

/// What the page shows: the account; to Ops what their documents take; to clients whether mails tell them of
/// documents.
///
/// # Errors
///
/// [`Problem`] when the account is gone, or the database cannot be asked.
pub(super) async fn values(state: &AppState, caller: &Caller) -> Result<Value, Problem> {
    let state = || State(state.clone());
    let signed_in = || SignedIn(caller.clone());
    let user = me::show_me(state(), Enrolling(caller.clone()), NoQuery).await?;
    let storage = match caller.role {
        Role::Ops => Some(me::show_storage(state(), signed_in(), NoQuery).await?.0),
        Role::Client | Role::Admin => None,
    };
    let notices = match caller.role {
        Role::Client => Some(me::show_notices(state(), signed_in(), NoQuery).await?.0),
        Role::Ops | Role::Admin => None,
    };
    Ok(
        context! { user => Serde(user.0), storage => storage.map(Serde), notices => notices.map(Serde) },
    )
}
