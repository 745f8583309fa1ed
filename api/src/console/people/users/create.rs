//! `POST /admin/users`

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use super::list::PAGE;
use crate::console::form::Form;
use crate::console::operations::Filters;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, UserListRequest};
use crate::handlers::users as api;
use crate::password::Password;
use crate::problem::{Code, Problem};
use crate::services::create_account;
use crate::state::AppState;
use crate::wire::{AccountPage, AccountRequest};

/// Makes an account, and shows it.
pub async fn create_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    filters: Filters<UserListRequest>,
    form: Form,
) -> Result<Response, Problem> {
    let problem = match create_account(&state, &caller, request(&form)).await {
        Ok(user) => {
            return Ok(see_other(
                &format!("/admin/users/{}", user.id),
                "user-created",
            ));
        }
        Err(problem) => problem,
    };
    let first_page = filters.query.clone()?;
    let page = api::list_users(State(state), Admin(caller), first_page).await?;
    let AccountPage { items, next_cursor } = page.0;
    let next_url = next_cursor.map(|cursor| filters.next_url("/admin/users", &cursor));
    let why = (problem.code() == Code::Conflict).then_some("people-address-taken");
    let values = context! {
        accounts => Serde(&items), next_url, why, is_creating => true,
        filters => context! {}, values => form.values(),
    };
    Ok(view.refused(PAGE, &problem, values))
}

fn request(form: &Form) -> AccountRequest {
    let text = |name| form.get(name).unwrap_or_default().to_owned();
    let none = || Password::new(String::new());
    AccountRequest {
        email: text("email"),
        role: text("role"),
        password: form.secret("password").unwrap_or_else(none),
        name: form.get("name").map(str::to_owned),
    }
}
