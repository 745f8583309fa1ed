//! `POST /admin/users/{id}/delete`

use axum::response::Response;

use super::LAST_ADMIN;
use super::subject::Subject;
use crate::console::form::Form;
use crate::console::view::see_other;
use crate::handlers::users as api;
use crate::problem::Problem;

/// Deletes an account, provided that its address was entered once more: nothing brings it back.
pub async fn delete_user(subject: Subject, form: Form) -> Result<Response, Problem> {
    let subject = subject.entered(&form);
    let Err(problem) = delete(&subject, form.get("address")).await else {
        return Ok(see_other("/admin/users", "user-deleted"));
    };
    subject.refused(&problem, LAST_ADMIN).await
}

async fn delete(subject: &Subject, address: Option<&str>) -> Result<(), Problem> {
    let (state, admin, query, id) = subject.arguments();
    let account = api::show_user(state, admin, query, id).await?.0;
    let is_meant = address.map(str::to_lowercase) == Some(account.email.to_lowercase());
    if !is_meant {
        let rule = "must be the address of this account";
        return Err(Problem::invalid_field("address", rule));
    }
    let (state, admin, query, id) = subject.arguments();
    api::delete_user(state, admin, query, id).await.map(drop)
}
