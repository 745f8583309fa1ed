//! `PUT /v1/admin/users/{id}/role`

use axum::extract::State;
use dossier_common::id::UserId;
use dossier_common::store::user_changes::UserAction;
use dossier_common::user::ParseRoleError;

use crate::extract::{Admin, Json, NoQuery, PathId};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeAccount, change_account};
use crate::state::AppState;
use crate::wire::{AccountResponse, RoleRequest, UserIdText};

/// Give somebody another role
///
/// The person's sessions and links end and new ones have the new role. Nobody does it to their own
/// account, nor takes the role of the last admin.
#[utoipa::path(
    put, path = "/v1/admin/users/{id}/role", tag = "administration", security(("bearer" = [])),
    params(("id" = inline(UserIdText), Path, description = "Whose")),
    request_body = RoleRequest,
    responses(
        (status = 200, description = "The account", body = AccountResponse),
        Problems<(Admin, NoQuery, PathId<UserId>, Json<RoleRequest>, ChangeAccount)>,
    ),
)]
pub async fn set_user_role(
    State(state): State<AppState>,
    Admin(caller): Admin,
    NoQuery: NoQuery,
    PathId(id): PathId<UserId>,
    Json(request): Json<RoleRequest>,
) -> Result<axum::Json<AccountResponse>, Problem> {
    let role = request.role.parse();
    let role =
        role.map_err(|error: ParseRoleError| Problem::invalid_field("role", error.to_string()))?;
    let user = change_account(&state, &caller, id, UserAction::SetRole(role)).await?;
    Ok(axum::Json(user.into()))
}
