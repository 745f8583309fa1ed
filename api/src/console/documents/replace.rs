//! `POST /documents/{id}/content/{csrf}`

use axum::extract::{Path, Request, State};
use axum::response::Response;
use dossier_common::id::FileId;

use super::show::{TEMPLATE, staff_values};
use crate::console::view::{View, see_other};
use crate::extract::{Caller, Ops};
use crate::problem::{Code, Problem};
use crate::services::replace_by_form;
use crate::state::AppState;

/// Replaces the bytes of a document by those of a form. The token in the address was looked at before.
///
/// # Errors
///
/// [`Problem`] when there is no document whose bytes the caller may replace.
pub async fn replace_document(
    State(state): State<AppState>,
    Ops(caller): Ops,
    view: View,
    Path((id, _)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let id: FileId = id.parse().map_err(|_| Problem::not_found())?;
    match replace(&state, &caller, id, request).await {
        Ok(()) => Ok(see_other(&format!("/documents/{id}"), "document-replaced")),
        Err(problem) if is_about_bytes(&problem) => {
            let values = staff_values(&state, &caller, id).await?;
            Ok(view.refused(TEMPLATE, &problem, values))
        }
        Err(problem) => Err(problem),
    }
}

async fn replace(
    state: &AppState,
    caller: &Caller,
    id: FileId,
    request: Request,
) -> Result<(), Problem> {
    let scope = caller.file_scope(state).await?;
    let file = state.store.find_file(id, &scope).await?;
    let file = file.ok_or_else(Problem::not_found)?;
    replace_by_form(state, caller, &file, request).await
}

/// Whether other bytes, or the same ones later, could be taken: the page is shown again then.
fn is_about_bytes(problem: &Problem) -> bool {
    matches!(
        problem.code(),
        Code::Conflict
            | Code::InvalidFields
            | Code::PayloadTooLarge
            | Code::QuotaExceeded
            | Code::StorageFull
    )
}
