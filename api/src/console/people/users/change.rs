//! `POST /admin/users/{id}/role`, `/disable` and `/enable`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::UserId;
use minijinja::context;

use super::LAST_ADMIN;
use super::subject::Subject;
use crate::console::form::Form;
use crate::console::view::View;
use crate::extract::{Admin, Json, NoQuery, PathId};
use crate::handlers::users as api;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::RoleRequest;

/// Gives somebody another role.
pub async fn set_role(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    PathId(id): PathId<UserId>,
    form: Form,
) -> Result<Response, Problem> {
    let role = form.get("role").unwrap_or_default().to_owned();
    let subject = Subject {
        state,
        caller,
        view,
        id,
        values: form.values(),
    };
    let (all, admin, id) = subject.arguments();
    let set = api::set_user_role(all, admin, NoQuery, id, Json(RoleRequest { role })).await;
    let answer = subject.answer(set.map(drop), "user-role-set", LAST_ADMIN);
    answer.await
}

/// Disables an account.
pub async fn disable_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    PathId(id): PathId<UserId>,
) -> Result<Response, Problem> {
    let subject = Subject {
        state,
        caller,
        view,
        id,
        values: context! {},
    };
    let (all, admin, id) = subject.arguments();
    let disabled = api::disable_user(all, admin, NoQuery, id).await;
    let answer = subject.answer(disabled.map(drop), "user-disabled", LAST_ADMIN);
    answer.await
}

/// Enables a disabled account.
pub async fn enable_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    view: View,
    PathId(id): PathId<UserId>,
) -> Result<Response, Problem> {
    let subject = Subject {
        state,
        caller,
        view,
        id,
        values: context! {},
    };
    let (all, admin, id) = subject.arguments();
    let enabled = api::enable_user(all, admin, NoQuery, id).await;
    let answer = subject.answer(enabled.map(drop), "user-enabled", LAST_ADMIN);
    answer.await
}
