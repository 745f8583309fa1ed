//! `POST /admin/users/{id}/delete`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::UserId;

use super::LAST_ADMIN;
use super::subject::Subject;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Admin, NoQuery, PathId};
use crate::handlers::users as api;
use crate::problem::Problem;
use crate::state::AppState;

/// Deletes an account, provided that its address was entered once more: nothing brings it back.
pub async fn delete_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    PathId(id): PathId<UserId>,
    form: Form,
) -> Result<Response, Problem> {
    let subject = Subject {
        state,
        caller,
        view,
        id,
        values: form.values(),
    };
    match delete(&subject, form.get("address")).await {
        Ok(()) => Ok(see_other("/admin/users", "user-deleted")),
        refused => subject.answer(refused, "user-deleted", LAST_ADMIN).await,
    }
}

async fn delete(subject: &Subject, address: Option<&str>) -> Result<(), Problem> {
    let (all, admin, id) = subject.arguments();
    let account = api::show_user(all, admin, NoQuery, id).await?.0;
    let is_meant = address.map(str::to_lowercase) == Some(account.email.to_lowercase());
    if !is_meant {
        let rule = "must be the address of this account";
        return Err(Problem::invalid_field("address", rule));
    }
    let (all, admin, id) = subject.arguments();
    api::delete_user(all, admin, NoQuery, id).await.map(drop)
}
