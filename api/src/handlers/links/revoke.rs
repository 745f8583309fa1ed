//! `DELETE /v1/links/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use dossier_common::audit::Act;
use dossier_common::id::LinkId;

use super::show::find_visible;
use crate::extract::{NoQuery, PathId, SignedIn};
use crate::problem::{Problem, Problems};
use crate::state::AppState;
use crate::wire::LinkIdText;

/// Take a download link back
///
/// It stops working with the next request. Taking it back twice changes nothing.
#[utoipa::path(
    delete, path = "/v1/links/{id}", tag = "links", security(("bearer" = [])),
    params(("id" = inline(LinkIdText), Path, description = "Which link")),
    responses(
        (status = 204, description = "The link is revoked"),
        Problems<(SignedIn, NoQuery, PathId<LinkId>)>,
    ),
)]
pub async fn revoke_link(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    NoQuery: NoQuery,
    PathId(id): PathId<LinkId>,
) -> Result<StatusCode, Problem> {
    let link = find_visible(&state, &caller, id).await?;
    let entry = caller.entry(&state.audit, Act::RevokeLink);
    let entry = entry.about(link.id).about(link.file_id);
    let id = link.id;
    state
        .store
        .transaction("revoke a link", |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                if tx.revoke_link(id).await? {
                    tx.record(entry).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
