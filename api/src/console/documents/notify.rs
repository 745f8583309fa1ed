//! `POST /documents/{id}/notify`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::FileId;

use crate::console::form::Form;
use crate::console::view::see_other;
use crate::extract::{Json, NoQuery, PathId, Staff};
use crate::handlers::files;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::EnabledBody;

/// Says whether the owner of a document is told of its first download.
///
/// # Errors
///
/// [`Problem`] when there is no document that the caller may know of.
pub async fn notify_first_download(
    State(state): State<AppState>,
    staff: Staff,
    PathId(id): PathId<FileId>,
    form: Form,
) -> Result<Response, Problem> {
    let enabled = form.get("enabled") == Some("true");
    let request = Ok(Json(EnabledBody { enabled }));
    let _ = files::notify_first_download(State(state), staff, NoQuery, PathId(id), request).await?;
    let done = match enabled {
        true => "document-notice-on",
        false => "document-notice-off",
    };
    Ok(see_other(&format!("/documents/{id}"), done))
}
