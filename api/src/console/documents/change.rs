//! `POST /documents/{id}/change`

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use dossier_common::id::FileId;
use minijinja::context;

use super::instant;
use super::recipients;
use super::show::{TEMPLATE, staff_values};
use crate::console::asked;
use crate::console::form::Form;
use crate::console::view::{View, see_other};
use crate::extract::{Caller, IfMatch, Json, NoQuery, PathId, Staff};
use crate::handlers::files;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::wire::FileChangeRequest;

/// Changes a document's name, audience and expiry, provided that it is as the page showed it.
///
/// # Errors
///
/// [`Problem`] when there is no document that the caller may change.
pub async fn change_document(
    State(state): State<AppState>,
    Staff(caller): Staff,
    view: View,
    PathId(id): PathId<FileId>,
    form: Form,
) -> Result<Response, Problem> {
    let Err(problem) = change(&state, &caller, id, &form).await else {
        return Ok(see_other(&format!("/documents/{id}"), "document-changed"));
    };
    // What was entered stays where it was wrong, with the version that it was entered for: what others have changed
    // is still noticed. Of a document that was changed meanwhile its present state is shown.
    let kept = match problem.code() {
        Code::InvalidFields => context! {
            entered => form.values(),
            named_groups => recipients::named_before(&form),
            etag => form.get("etag").unwrap_or_default(),
        },
        Code::PreconditionFailed | Code::PreconditionRequired => context! {},
        _ => return Err(problem),
    };
    let values = staff_values(&state, &caller, id).await?;
    Ok(view.refused(TEMPLATE, &problem, context! { ..kept, ..values }))
}

async fn change(state: &AppState, caller: &Caller, id: FileId, form: &Form) -> Result<(), Problem> {
    let seen: IfMatch = asked::of_header(state, header::IF_MATCH, form.get("etag")).await?;
    let (there, staff) = (State(state.clone()), Staff(caller.clone()));
    let request = Json(request(form));
    let changing = files::change_file(there, staff, NoQuery, PathId(id), seen, request);
    changing.await.map(drop)
}

/// What the form asks for. The expiry is left alone where it was not touched: one that is over could not be said again.
fn request(form: &Form) -> FileChangeRequest {
    let is_for_everyone = form.get("audience") == Some("everyone");
    let recipients = recipients::entered(form);
    let expires_at = instant::utc(form.get("expires_at"));
    let is_touched = expires_at != instant::utc(form.get("expires_at_before"));
    FileChangeRequest {
        name: form.raw("name").map(str::to_owned),
        audience: form.get("audience").map(str::to_owned),
        recipients: recipients.filter(|_| !is_for_everyone),
        expires_at: is_touched.then_some(expires_at),
    }
}
