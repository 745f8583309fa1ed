//! `GET /admin/operations`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use crate::console::operations::Filters;
use crate::console::view::View;
use crate::extract::{Admin, PageRequest};
use crate::handlers::operations as api;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::OperationPage;

/// What was done to jobs, by whom, and how far it is, newest first.
pub async fn show_operations(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<PageRequest>,
) -> Result<Response, Problem> {
    let page = filters.query.clone()?;
    let page = api::list_operations(State(state), admin, page).await?;
    let OperationPage { items, next_cursor } = page.0;
    let next_url = next_cursor.map(|cursor| filters.next_url("/admin/operations", &cursor));
    let values = context! { operations => Serde(items), next_url };
    Ok(view.page("jobs/operations.html", values))
}
