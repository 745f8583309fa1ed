//! `POST /v1/admin/users/{id}/enable`

use axum::extract::State;
use dossier_common::id::UserId;
use dossier_common::store::user_changes::UserAction;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeAccount, change_account};
use crate::state::AppState;
use crate::wire::{AccountResponse, UserIdText};

/// Enable a disabled account
///
/// Its owner can log in again, with the same password. Doing it twice changes nothing.
#[utoipa::path(
    post, path = "/v1/admin/users/{id}/enable", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(UserIdText), Path, description = "Whose")),
    responses(
        (status = 200, description = "The account", body = AccountResponse),
        Problems<(Admin, NoQuery, PathId<UserId>, ChangeAccount)>,
    ),
)]
pub async fn enable_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<UserId>,
) -> Result<axum::Json<AccountResponse>, Problem> {
    let user = change_account(&state, &caller, id, UserAction::Enable).await?;
    Ok(axum::Json(user.into()))
}
