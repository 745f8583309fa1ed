//! `GET /v1/admin/users/{id}`

use axum::extract::State;
use dossier_common::id::UserId;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{AccountResponse, UserIdText};

/// Show an account
///
/// A deleted one is not found.
#[utoipa::path(
    get, path = "/v1/admin/users/{id}", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(UserIdText), Path, description = "Whose")),
    responses(
        (status = 200, description = "The account", body = AccountResponse),
        Problems<(Admin, NoQuery, PathId<UserId>)>,
    ),
)]
pub async fn show_user(
    State(state): State<AppState>,
    Admin(_admin): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<UserId>,
) -> Result<axum::Json<AccountResponse>, Problem> {
    let user = state.store.find_user(id).await?;
    let user = user.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(user.into()))
}
