//! `GET /v1/links/{id}`

use axum::extract::State;
use dossier_common::id::LinkId;
use dossier_common::link::Link;
use dossier_common::user::Role;

use crate::extract::{Caller, NoQuery, PathId, SignedIn};
use crate::problem::{Problem, Problems};
use crate::services::show_to_client;
use crate::state::AppState;
use crate::wire::{LinkIdText, LinkResponse};

/// Show a download link
///
/// Its client and admins see it.
#[utoipa::path(
    get, path = "/v1/links/{id}", tag = "links", security(("bearer" = [])),
    params(("id" = inline(LinkIdText), Path, description = "Which link")),
    responses(
        (status = 200, description = "The link", body = LinkResponse),
        Problems<(SignedIn, NoQuery, PathId<LinkId>)>,
    ),
)]
pub async fn show_link(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    PathId(id): PathId<LinkId>,
) -> Result<axum::Json<LinkResponse>, Problem> {
    let mut link = find_visible(&state, &caller, id).await?;
    let is_own = link.client_id == caller.user_id;
    if is_own {
        show_to_client(&state, &caller, std::slice::from_mut(&mut link)).await?;
    }
    let mut response = LinkResponse::new(&link, &state.public_url, state.clock.now());
    if !is_own {
        response.download_url = None;
    }
    Ok(axum::Json(response))
}

/// The link, provided that `caller` may know of it.
pub(super) async fn find_visible(
    state: &AppState,
    caller: &Caller,
    id: LinkId,
) -> Result<Link, Problem> {
    let link = state.store.find_link(id).await?;
    link.filter(|link| link.client_id == caller.user_id || caller.role == Role::Admin)
        .ok_or_else(Problem::not_found)
}
