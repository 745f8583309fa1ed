//! `POST /upload/{csrf}`: the form of a browser without script

use axum::extract::{Request, State};
use axum::response::Response;
use dossier_common::id::FileId;

use super::page::{TEMPLATE, values};
use crate::console::view::{View, see_other};
use crate::extract::{Caller, Ops};
use crate::problem::{Code, Problem};
use crate::services::{Upload, accept_upload, receive_page_upload};
use crate::state::AppState;

/// Uploads one document, and goes to it. The token in the address was looked at before.
///
/// # Errors
///
/// [`Problem`] when the caller may not upload.
pub async fn upload_form(
    State(state): State<AppState>,
    Ops(caller): Ops,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let (received, entered) = receive_page_upload(&state, caller.user_id, request).await;
    match accept(&state, &caller, received).await {
        Ok(id) => Ok(see_other(&format!("/documents/{id}"), "uploaded")),
        Err(problem) if is_about_caller(&problem) => Err(problem),
        Err(problem) => {
            let values = values(&state, &caller, &entered).await?;
            Ok(view.refused(TEMPLATE, &problem, values))
        }
    }
}

async fn accept(
    state: &AppState,
    caller: &Caller,
    received: Result<Upload, Problem>,
) -> Result<FileId, Problem> {
    let file = accept_upload(state, caller, received?, None).await?;
    Ok(file.id)
}

/// Whether the form cannot be sent again as it is shown: the session has ended meanwhile, or there is no page to show.
fn is_about_caller(problem: &Problem) -> bool {
    matches!(
        problem.code(),
        Code::Unauthorized | Code::Forbidden | Code::SecondFactorRequired | Code::Internal
    )
}
