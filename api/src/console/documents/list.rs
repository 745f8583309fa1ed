//! `GET /documents`

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use dossier_common::user::Role;
use minijinja::context;
use minijinja::value::Serde;

use super::seen::Seen;
use crate::console::asked;
use crate::console::view::View;
use crate::extract::{FileListRequest, SignedIn};
use crate::handlers::files;
use crate::problem::Problem;
use crate::state::AppState;

/// Shows the documents that the caller sees, newest first: to clients those meant for them, to Ops their own, to
/// admins all.
///
/// # Errors
///
/// [`Problem`] when the address asks for what there is not, or they cannot be read.
pub async fn show_documents(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    view: View,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let is_client = caller.role == Role::Client;
    let request: FileListRequest = asked::of_query(&state, &uri).await?;
    let page = files::list_files(State(state.clone()), SignedIn(caller), request).await?;
    let next_url = asked::next_url(&uri, page.0.next_cursor.as_deref());
    let seen = Seen::of(&state, &headers);
    let values = context! {
        files => Serde(page.0.items),
        q => asked::value(&uri, "q"),
        state => asked::value(&uri, "state"),
        since => seen.since(),
        next_url,
    };
    if !is_client {
        return Ok(view.page("documents/list.html", values));
    }
    let page = view.page("documents/mine.html", values);
    let cookie = AppendHeaders([(header::SET_COOKIE, seen.cookie(&state))]);
    Ok((cookie, page).into_response())
}
