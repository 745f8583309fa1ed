//! `GET /v1/groups`

use axum::extract::State;
use dossier_common::id::GroupId;

use crate::extract::{PageQuery, PageRequest, Staff};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::GroupPage;

/// The list's name in its cursors.
const LIST: &str = "groups";

/// List groups, newest first
///
/// With the number of their members.
#[utoipa::path(
    get, path = "/v1/groups", tag = "groups", security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of groups", body = GroupPage),
        Problems<(Staff, PageRequest)>,
    ),
)]
pub async fn list_groups(
    State(state): State<AppState>,
    Staff(caller): Staff,
    page: PageRequest,
) -> Result<axum::Json<GroupPage>, Problem> {
    let page = page.of(LIST, caller.user_id);
    let after: Option<GroupId> = page.after(&state)?;
    let mut groups = state.store.list_groups(after, page.read_limit()).await?;
    let next_cursor = page.cut(&state, &mut groups, |group| group.id.to_string());
    Ok(axum::Json(GroupPage {
        items: groups.into_iter().map(Into::into).collect(),
        next_cursor,
    }))
}
