//! `GET /groups`

use axum::extract::State;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::view::View;
use crate::extract::{PageRequest, Staff};
use crate::handlers::groups as api;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::GroupPage;

/// The page of all groups.
pub(super) const PAGE: &str = "people/groups.html";

/// Groups, newest first, and a form to make one.
pub async fn show_groups(
    State(state): State<AppState>,
    staff: Staff,
    view: View,
    page: PageRequest,
) -> Result<Response, Problem> {
    let listed = listed(&state, staff, page).await?;
    Ok(view.page(PAGE, context! { values => context! {}, ..listed }))
}

/// What the page shows of the groups.
///
/// # Errors
///
/// [`Problem`] when they cannot be read, or the page is none of this list.
pub(super) async fn listed(
    state: &AppState,
    staff: Staff,
    page: PageRequest,
) -> Result<Value, Problem> {
    let listing = api::list_groups(State(state.clone()), staff, page);
    let GroupPage { items, next_cursor } = listing.await?.0;
    Ok(context! { groups => Serde(&items), next_cursor })
}
