//! `GET /v1/admin/users`

use axum::extract::State;
use dossier_common::id::UserId;

use crate::extract::{Admin, PageQuery, UserListQuery, UserListRequest};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::AccountPage;

/// The list's name in its cursors.
const LIST: &str = "users";

/// List accounts, newest first
///
/// Filters can be combined; a cursor goes on with whatever filters come with it.
#[utoipa::path(
    get, path = "/v1/admin/users", tag = "administration", security(("bearer" = [])),
    params(UserListQuery, PageQuery),
    responses(
        (status = 200, description = "A page of accounts", body = AccountPage),
        Problems<(Admin, UserListRequest)>,
    ),
)]
pub async fn list_users(
    State(state): State<AppState>,
    Admin(caller): Admin,
    request: UserListRequest,
) -> Result<axum::Json<AccountPage>, Problem> {
    let page = request.page.of(LIST, caller.user_id);
    let after: Option<UserId> = page.after(&state)?;
    let (filter, limit) = (request.filter, page.read_limit());
    let mut users = state.store.list_users(&filter, after, limit).await?;
    let next_cursor = page.cut(&state, &mut users, |user| user.id.to_string());
    Ok(axum::Json(AccountPage {
        items: users.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}
