//! `DELETE /v1/groups/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::id::GroupId;

use crate::extract::{NoQuery, PathId, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{self, ChangeGroup};
use crate::state::AppState;
use crate::wire::GroupIdText;

/// Delete a group
///
/// A group that documents are meant for is not deleted: 409 says how many there are.
#[utoipa::path(
    delete, path = "/v1/groups/{id}", tag = "groups", security(("bearer" = [])),
    params(("id" = inline(GroupIdText), Path, description = "Which group")),
    responses(
        (status = 204, description = "The group is deleted"),
        Problems<(Staff, NoQuery, PathId<GroupId>, ChangeGroup)>,
    ),
)]
pub async fn delete_group(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    PathId(id): PathId<GroupId>,
) -> Result<StatusCode, Problem> {
    services::delete_group(&state, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
