//! `GET /v1/groups/{id}`

use axum::extract::State;
use axum::http::{HeaderName, header};
use dossier_common::id::GroupId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::group_etag;
use crate::state::AppState;
use crate::wire::{GroupIdText, GroupResponse};

/// Show a group with its members
///
/// All Ops and admins see it.
#[utoipa::path(
    get, path = "/v1/groups/{id}", tag = "groups", security(("bearer" = [])),
    params(("id" = inline(GroupIdText), Path, description = "Which group")),
    responses(
        (status = 200, description = "The group", body = GroupResponse,
         headers(("ETag" = String, description = "What a change may send in `If-Match`"))),
        Problems<(Staff, NoQuery, PathId<GroupId>)>,
    ),
)]
pub async fn show_group(
    State(state): State<AppState>,
    Staff(_caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<GroupId>,
) -> Result<([(HeaderName, String); 1], axum::Json<GroupResponse>), Problem> {
    let group = state.store.find_group(id).await?;
    let group = group.ok_or_else(Problem::not_found)?;
    let etag = [(header::ETAG, group_etag(&group))];
    Ok((etag, axum::Json(group.into())))
}
