//! `POST /upload/{csrf}`: the form of a browser without script

use axum::extract::{Request, State};
use axum::response::Response;
use dossier_common::id::FileId;

use super::page::{TEMPLATE, values};
use crate::console::csrf;
use crate::console::view::{View, see_other};
use crate::extract::{Caller, Ops, PathId};
use crate::problem::{Code, Problem};
use crate::services::{UploadFields, accept_upload, receive_upload};
use crate::state::AppState;

/// Uploads one document, and goes to it.
///
/// # Errors
///
/// [`Problem`] when the caller may not upload, or the token in the address is not good.
pub async fn upload_form(
    State(state): State<AppState>,
    Ops(caller): Ops,
    view: View,
    PathId(token): PathId<String>,
    request: Request,
) -> Result<Response, Problem> {
    if !csrf::is_good(&state, &caller, &token) {
        let detail =
            "The page is out of date. Please open it again, and send the document from there.";
        return Err(Problem::new(Code::Forbidden, detail).closing_connection());
    }
    match upload(&state, &caller, request).await {
        Ok(id) => Ok(see_other(&format!("/documents/{id}"), "uploaded")),
        Err(problem) if is_about_caller(&problem) => Err(problem),
        Err(problem) => {
            let values = values(&state, &caller).await?;
            Ok(view.refused(TEMPLATE, &problem, values))
        }
    }
}

async fn upload(state: &AppState, caller: &Caller, request: Request) -> Result<FileId, Problem> {
    let fields = UploadFields::Page;
    let upload = receive_upload(state, caller.user_id, fields, request).await?;
    let file = accept_upload(state, caller, upload, None).await?;
    Ok(file.id)
}

/// Whether the form cannot be sent again as it is shown: the session has ended meanwhile, or there is no page to show.
fn is_about_caller(problem: &Problem) -> bool {
    matches!(
        problem.code(),
        Code::Unauthorized | Code::Forbidden | Code::SecondFactorRequired | Code::Internal
    )
}
