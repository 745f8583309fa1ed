//! `POST /admin/users/{id}/send-reset` and `/send-second-factor-reset`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::UserId;
use minijinja::context;

use super::subject::Subject;
use crate::console::view::View;
use crate::extract::{Admin, NoQuery, PathId};
use crate::handlers::users as api;
use crate::problem::Problem;
use crate::state::AppState;

/// The words for an account that has nothing to be reset.
const NO_SECOND_FACTOR: &str = "people-no-second-factor";

/// Has a link mailed to the owner of an account, to choose another password.
pub async fn send_reset(
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
    let sent = api::send_user_reset(all, admin, NoQuery, id).await;
    let answer = subject.answer(sent.map(drop), "user-reset-sent", NO_SECOND_FACTOR);
    answer.await
}

/// Has a link mailed to the owner of an account, to remove a lost second factor.
pub async fn send_second_factor_reset(
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
    let sent = api::send_user_second_factor_reset(all, admin, NoQuery, id).await;
    let sent = sent.map(drop);
    let answer = subject.answer(sent, "user-second-factor-reset-sent", NO_SECOND_FACTOR);
    answer.await
}
