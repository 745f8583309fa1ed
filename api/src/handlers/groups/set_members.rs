//! `PUT /v1/groups/{id}/members`

use axum::extract::State;
use axum::http::{HeaderName, header};
use dossier_common::id::GroupId;
use dossier_common::store::group_changes::GroupChange;

use crate::extract::{IfMatch, ListJson, NoQuery, OptionalIfMatchHeader, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeGroup, change_group, group_etag, group_members};
use crate::state::AppState;
use crate::wire::{GroupIdText, GroupMembersRequest, GroupResponse};

/// Say who is in a group
///
/// Whoever is new sees the documents that are meant for the group with the next request, and whoever is not in it any
/// more does not.
#[utoipa::path(
    put, path = "/v1/groups/{id}/members", tag = "groups", security(("bearer" = [])),
    params(
        ("id" = inline(GroupIdText), Path, description = "Which group"),
        OptionalIfMatchHeader,
    ),
    request_body = GroupMembersRequest,
    responses(
        (status = 200, description = "The group", body = GroupResponse,
         headers(("ETag" = String, description = "Of its name and its members"))),
        Problems<(Staff, NoQuery, PathId<GroupId>, ListJson<GroupMembersRequest>, ChangeGroup)>,
    ),
)]
pub async fn set_group_members(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<GroupId>,
    seen: Option<IfMatch>,
    ListJson(request): ListJson<GroupMembersRequest>,
) -> Result<([(HeaderName, String); 1], axum::Json<GroupResponse>), Problem> {
    let change = GroupChange::Members(group_members(&request.members)?);
    let group = change_group(&state, &caller, id, seen.as_ref(), change).await?;
    let etag = [(header::ETAG, group_etag(&group))];
    Ok((etag, axum::Json(group.into())))
}
