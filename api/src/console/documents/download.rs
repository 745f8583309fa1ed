//! `POST /documents/{id}/download`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::FileId;

use crate::console::view::see_other;
use crate::extract::{Client, PathId, PreferWait};
use crate::problem::Problem;
use crate::services::{LinkTerms, request_link, wait_for_token};
use crate::state::AppState;
use crate::wire::LinkRequest;

/// Asks for a link of one download, and goes to where it delivers the document.
///
/// # Errors
///
/// [`Problem`] when there is no document that the caller may download.
pub async fn begin_download(
    State(state): State<AppState>,
    Client(caller): Client,
    PathId(id): PathId<FileId>,
) -> Result<Response, Problem> {
    let terms = LinkTerms::check(LinkRequest {
        expires_in_seconds: None,
        max_downloads: Some(1),
    })?;
    let (link, changes) = request_link(&state, &caller, id, terms).await?;
    let PreferWait(wait) = PreferWait::default();
    let link = wait_for_token(&state, link, changes, wait).await?;
    Ok(see_other(&format!("/documents/downloads/{}", link.id), ""))
}
