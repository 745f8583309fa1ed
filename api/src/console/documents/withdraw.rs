//! `POST /documents/{id}/withdraw`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::FileId;

use crate::console::view::see_other;
use crate::extract::{NoQuery, PathId, Staff};
use crate::handlers::files;
use crate::problem::Problem;
use crate::state::AppState;

/// Takes a document back.
///
/// # Errors
///
/// [`Problem`] when there is none that the caller may take back.
pub async fn withdraw_document(
    State(state): State<AppState>,
    staff: Staff,
    PathId(id): PathId<FileId>,
) -> Result<Response, Problem> {
    files::withdraw_file(State(state), staff, NoQuery, PathId(id)).await?;
    Ok(see_other(&format!("/documents/{id}"), "document-withdrawn"))
}
