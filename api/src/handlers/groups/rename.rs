//! `PUT /v1/groups/{id}/name`

use axum::extract::State;
use axum::http::{HeaderName, header};
use dossier_common::id::GroupId;
use dossier_common::store::group_changes::GroupChange;

use crate::extract::{IfMatch, Json, NoQuery, OptionalIfMatchHeader, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{ChangeGroup, change_group, group_etag, group_name};
use crate::state::AppState;
use crate::wire::{GroupIdText, GroupNameRequest, GroupResponse};

/// Give a group another name
///
/// Documents stay meant for it.
#[utoipa::path(
    put, path = "/v1/groups/{id}/name", tag = "groups", security(("bearer" = [])),
    params(
        ("id" = inline(GroupIdText), Path, description = "Which group"),
        OptionalIfMatchHeader,
    ),
    request_body = GroupNameRequest,
    responses(
        (status = 200, description = "The group", body = GroupResponse,
         headers(("ETag" = String, description = "Of its name and its members"))),
        Problems<(Staff, NoQuery, PathId<GroupId>, Json<GroupNameRequest>, ChangeGroup)>,
    ),
)]
pub async fn rename_group(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<GroupId>,
    seen: Option<IfMatch>,
    Json(request): Json<GroupNameRequest>,
) -> Result<([(HeaderName, String); 1], axum::Json<GroupResponse>), Problem> {
    let change = GroupChange::Name(group_name(&request.name)?);
    let group = change_group(&state, &caller, id, seen.as_ref(), change).await?;
    let etag = [(header::ETAG, group_etag(&group))];
    Ok((etag, axum::Json(group.into())))
}
