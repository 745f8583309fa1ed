//! `GET /documents/{id}`

use axum::extract::State;
use axum::response::Response;
use dossier_common::id::FileId;
use dossier_common::user::Role;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::recipients;
use crate::console::view::View;
use crate::extract::{Caller, NoQuery, PathId, SignedIn, Staff};
use crate::handlers::files;
use crate::problem::Problem;
use crate::state::AppState;

/// The page of a document for Ops and admins.
pub(super) const TEMPLATE: &str = "documents/document.html";

/// Shows one document: how far it is, and why; to Ops and admins also what became of it, and what they can do.
///
/// # Errors
///
/// [`Problem`] when there is none that the caller may know of.
pub async fn show_document(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    view: View,
    PathId(id): PathId<FileId>,
) -> Result<Response, Problem> {
    if caller.role != Role::Client {
        let values = staff_values(&state, &caller, id).await?;
        return Ok(view.page(TEMPLATE, values));
    }
    let showing = files::show_file(State(state), SignedIn(caller), NoQuery, PathId(id));
    let (_, file) = showing.await?;
    Ok(view.page(
        "documents/received.html",
        context! { file => Serde(file.0) },
    ))
}

/// What the page shows Ops and admins.
///
/// # Errors
///
/// [`Problem`] when there is no document that the caller may know of.
pub(super) async fn staff_values(
    state: &AppState,
    caller: &Caller,
    id: FileId,
) -> Result<Value, Problem> {
    let there = || State(state.clone());
    let (signed_in, staff) = (SignedIn(caller.clone()), Staff(caller.clone()));
    let showing = files::show_file(there(), signed_in.clone(), NoQuery, PathId(id));
    let ([(_, etag)], file) = showing.await?;
    let why = files::explain_file(there(), signed_in, NoQuery, PathId(id)).await?;
    let activity = files::show_activity(there(), staff.clone(), NoQuery, PathId(id)).await?;
    let versions = files::list_versions(there(), staff, NoQuery, PathId(id)).await?;
    let (recipients, named_groups) = recipients::shown(state, file.0.recipients.as_deref()).await?;
    Ok(context! {
        file => Serde(file.0),
        etag,
        entered => (),
        why => Serde(why.0),
        activity => Serde(activity.0),
        versions => Serde(versions.0.items),
        recipients,
        named_groups,
        is_ops => caller.role == Role::Ops,
        most_bytes => state.limits.upload_bytes,
    })
}
