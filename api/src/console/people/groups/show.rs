//! `GET /groups/{id}`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::GroupId;
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::console::view::View;
use crate::extract::{NoQuery, PathId, Staff};
use crate::handlers::groups as api;
use crate::problem::Problem;
use crate::state::AppState;

/// The page of one group.
pub(super) const PAGE: &str = "people/group.html";

/// A group with its members, and what can be done to it.
pub async fn show_group(
    State(state): State<AppState>,
    staff: Staff,
    view: View,
    PathId(id): PathId<GroupId>,
) -> Result<Response, Problem> {
    let group = found(&state, staff, id).await?;
    Ok(view.page(PAGE, context! { values => context! {}, ..group }))
}

/// What the page shows of the group.
///
/// # Errors
///
/// [`Problem`] when it is not there.
pub(super) async fn found(state: &AppState, staff: Staff, id: GroupId) -> Result<Value, Problem> {
    let ([(_, etag)], group) =
        api::show_group(State(state.clone()), staff, NoQuery, PathId(id)).await?;
    Ok(context! { group => Serde(&group.0), etag })
}
