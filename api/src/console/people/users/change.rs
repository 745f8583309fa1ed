//! `POST /admin/users/{id}/role`, `/disable` and `/enable`

use axum::response::Response;

use super::LAST_ADMIN;
use super::subject::Subject;
use crate::console::form::Form;
use crate::extract::Json;
use crate::handlers::users as api;
use crate::problem::Problem;
use crate::wire::RoleRequest;

/// Gives somebody another role.
pub async fn set_role(subject: Subject, form: Form) -> Result<Response, Problem> {
    let role = form.get("role").unwrap_or_default().to_owned();
    let body = Json(RoleRequest { role });
    let set = |state, admin, query, id| api::set_user_role(state, admin, query, id, body);
    let subject = subject.entered(&form);
    subject.change(set, "user-role-set", LAST_ADMIN).await
}

/// Disables an account.
pub async fn disable_user(subject: Subject) -> Result<Response, Problem> {
    let disable = api::disable_user;
    subject.change(disable, "user-disabled", LAST_ADMIN).await
}

/// Enables a disabled account.
pub async fn enable_user(subject: Subject) -> Result<Response, Problem> {
    let enable = api::enable_user;
    subject.change(enable, "user-enabled", LAST_ADMIN).await
}
