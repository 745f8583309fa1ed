//! `POST /documents/{id}/restore`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::FileId;

use super::show::{TEMPLATE, staff_values};
use crate::console::view::{View, see_other};
use crate::extract::{NoQuery, PathId, Staff};
use crate::handlers::files;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// Brings a document back that was withdrawn.
///
/// # Errors
///
/// [`Problem`] when there is none that the caller may bring back.
pub async fn restore_document(
    State(state): State<AppState>,
    Staff(caller): Staff,
    view: View,
    PathId(id): PathId<FileId>,
) -> Result<Response, Problem> {
    let staff = Staff(caller.clone());
    let restoring = files::restore_file(State(state.clone()), staff, NoQuery, PathId(id));
    match restoring.await {
        Ok(_) => Ok(see_other(&format!("/documents/{id}"), "document-restored")),
        Err(problem) if problem.code() == Code::Conflict => {
            let values = staff_values(&state, &caller, id).await?;
            Ok(view.refused(TEMPLATE, &problem, values))
        }
        Err(problem) => Err(problem),
    }
}
