//! `GET /admin/users/{id}`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::UserId;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::view::View;
use crate::extract::{Admin, Caller, NoQuery, PathId};
use crate::handlers::users as api;
use crate::problem::Problem;
use crate::state::AppState;

/// The page of one account.
pub(super) const PAGE: &str = "people/user.html";

/// An account, and what can be done to it.
pub async fn show_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    PathId(id): PathId<UserId>,
) -> Result<Response, Problem> {
    let account = account(&state, caller, id).await?;
    let values = context! { values => context! {}, ..account };
    Ok(view.page(PAGE, values))
}

/// What the page shows of the account.
///
/// # Errors
///
/// [`Problem`] when it is not there.
pub(super) async fn account(
    state: &AppState,
    caller: Caller,
    id: UserId,
) -> Result<Value, Problem> {
    let is_own = caller.user_id == id;
    let admin = Admin(caller);
    let found = api::show_user(State(state.clone()), admin, NoQuery, PathId(id)).await?;
    Ok(context! { account => Serde(&found.0), is_own })
}
