//! `POST /v1/groups`

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};

use crate::extract::{ListJson, NoQuery, Staff};
use crate::problem::{Problem, Problems};
use crate::services::{self, ChangeGroup};
use crate::state::AppState;
use crate::wire::{GroupRequest, GroupResponse, UriReference};

/// Make a group
///
/// Documents can be meant for it, by its id or as `group:` and its name. Members need no account yet.
#[utoipa::path(
    post, path = "/v1/groups", tag = "groups", security(("bearer" = [])),
    request_body = GroupRequest,
    responses(
        (status = 201, description = "The group", body = GroupResponse,
         headers(("Location" = inline(UriReference), description = "The group"))),
        Problems<(Staff, NoQuery, ListJson<GroupRequest>, ChangeGroup)>,
    ),
)]
pub async fn create_group(
    State(state): State<AppState>,
    Staff(caller): Staff,
    NoQuery: NoQuery,
    ListJson(request): ListJson<GroupRequest>,
) -> Result<
    (
        StatusCode,
        [(HeaderName, String); 1],
        axum::Json<GroupResponse>,
    ),
    Problem,
> {
    let group = services::create_group(&state, &caller, &request).await?;
    let location = [(header::LOCATION, format!("/v1/groups/{}", group.id))];
    Ok((StatusCode::CREATED, location, axum::Json(group.into())))
}
