//! `PUT /v1/groups/{id}/members`

use axum::extract::State;
use dossier_common::id::GroupId;
use dossier_common::store::group_changes::GroupChange;

use crate::extract::{ListJson, NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeGroup, change_group, group_members};
use crate::state::AppState;
use crate::wire::{GroupIdText, GroupMembersRequest, GroupResponse};

/// Say who is in a group
///
/// Whoever is new sees the documents that are meant for the group with the next request, and whoever is not in it any
/// more does not.
#[utoipa::path(
    put, path = "/v1/groups/{id}/members", tag = "groups", security(("bearer" = [])),
    params(("id" = inline(GroupIdText), Path, description = "Which group")),
    request_body = GroupMembersRequest,
    responses(
        (status = 200, description = "The group", body = GroupResponse),
        Problems<(Staff, NoQuery, PathId<GroupId>, ListJson<GroupMembersRequest>, ChangeGroup)>,
    ),
)]
pub async fn set_group_members(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<GroupId>,
    ListJson(request): ListJson<GroupMembersRequest>,
) -> Result<axum::Json<GroupResponse>, Problem> {
    let change = GroupChange::Members(group_members(&request.members)?);
    let group = change_group(&state, &caller, id, change).await?;
    Ok(axum::Json(group.into()))
}
