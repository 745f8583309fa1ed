//! `DELETE /v1/admin/users/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::id::UserId;
use dossier_common::store::user_changes::UserAction;

use crate::extract::{Admin, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeAccount, change_account};
use crate::state::AppState;
use crate::wire::UserIdText;

/// Delete an account
///
/// The address, the name, the password, sessions, links and sign-ups are erased. The id stays as a
/// pseudonym: as the owner of documents, which stay, and among the recipients of documents. Nobody
/// does it to their own account, nor to the last admin.
#[utoipa::path(
    delete, path = "/v1/admin/users/{id}", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(UserIdText), Path, description = "Whose")),
    responses(
        (status = 204, description = "The account is gone"),
        Problems<(Admin, NoQuery, PathId<UserId>, ChangeAccount)>,
    ),
)]
pub async fn delete_user(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<UserId>,
) -> Result<StatusCode, Problem> {
    change_account(&state, &caller, id, UserAction::Delete).await?;
    Ok(StatusCode::NO_CONTENT)
}
