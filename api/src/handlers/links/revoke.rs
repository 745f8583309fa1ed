//! `DELETE /v1/links/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::id::LinkId;

use super::show::find_visible;
use crate::extract::{PathId, SignedIn};
use crate::problem::Problem;
use crate::state::AppState;

/// Take a download link back
///
/// It stops working with the next request. Taking it back twice changes nothing.
#[utoipa::path(
    delete, path = "/v1/links/{id}", tag = "links",
    params(("id" = String, Path, description = "Which link")),
    responses((status = 204, description = "The link is revoked")),
)]
pub async fn revoke_link(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    PathId(id): PathId<LinkId>,
) -> Result<StatusCode, Problem> {
    let link = find_visible(&state, &caller, id).await?;
    state.store.revoke_link(link.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
