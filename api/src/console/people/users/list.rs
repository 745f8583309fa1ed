//! `GET /admin/users`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use crate::console::operations::Filters;
use crate::console::view::View;
use crate::extract::{Admin, UserListRequest};
use crate::handlers::users as api;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::AccountPage;

/// The page of all accounts.
pub(super) const PAGE: &str = "people/users.html";

/// Accounts, newest first, with the filters of `GET /v1/admin/users` as a form, and another form to make one.
pub async fn show_users(
    State(state): State<AppState>,
    admin: Admin,
    view: View,
    filters: Filters<UserListRequest>,
) -> Result<Response, Problem> {
    let listing = async {
        let request = filters.query.clone()?;
        api::list_users(State(state), admin, request).await
    };
    let common = context! { filters => &filters.values, values => context! {} };
    match listing.await {
        Ok(page) => {
            let AccountPage { items, next_cursor } = page.0;
            let next_url = next_cursor.map(|cursor| filters.next_url("/admin/users", &cursor));
            let accounts = Serde(&items);
            Ok(view.page(PAGE, context! { accounts, next_url, ..common }))
        }
        Err(problem) if problem.code() == Code::InvalidFields => {
            Ok(view.refused(PAGE, &problem, common))
        }
        Err(problem) => Err(problem),
    }
}
