//! `GET /v1/groups/{id}`

use axum::extract::State;
use dossier_common::id::GroupId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::{GroupIdText, GroupResponse};

/// Show a group with its members
///
/// All Ops and admins see it.
#[utoipa::path(
    get, path = "/v1/groups/{id}", tag = "groups", security(("bearer" = [])),
    params(("id" = inline(GroupIdText), Path, description = "Which group")),
    responses(
        (status = 200, description = "The group", body = GroupResponse),
        Problems<(Staff, NoQuery, PathId<GroupId>)>,
    ),
)]
pub async fn show_group(
    State(state): State<AppState>,
    Staff(_caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<GroupId>,
) -> Result<axum::Json<GroupResponse>, Problem> {
    let group = state.store.find_group(id).await?;
    let group = group.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(group.into()))
}
