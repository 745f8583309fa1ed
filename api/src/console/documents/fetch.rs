//! `GET /documents/downloads/{link_id}`

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dossier_common::id::LinkId;
use minijinja::context;

use crate::console::view::View;
use crate::extract::{Client, NoQuery, PathId, SignedIn};
use crate::handlers::download::{LinkedDocument, check_link, download_link};
use crate::handlers::links::show_link;
use crate::problem::Problem;
use crate::state::AppState;
use crate::wire::LinkStateName;

/// After how many seconds a browser asks again for a link that no worker has made yet.
const ASK_AGAIN_SECONDS: &str = "2";

/// Delivers the document of a link. While no worker has made the link, a page says so, and asks again.
///
/// # Errors
///
/// [`Problem`] when the link is not the caller's, or does not work any more.
pub async fn fetch_download(
    State(state): State<AppState>,
    Client(caller): Client,
    view: View,
    PathId(id): PathId<LinkId>,
    method: Method,
    document: Result<LinkedDocument, Response>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let refusal = match document {
        Ok(document) if method == Method::HEAD => return Ok(check_link(document).await),
        Ok(document) => return download_link(State(state), headers, document).await,
        Err(refusal) => refusal,
    };
    if refusal.status() != StatusCode::NOT_FOUND {
        return Ok(refusal);
    }
    let link = show_link(State(state), SignedIn(caller), NoQuery, PathId(id)).await?;
    if link.0.state != LinkStateName::Requested {
        return Ok(refusal);
    }
    let values = context! { file_id => link.0.file_id };
    let page = view.page("documents/preparing.html", values);
    let again = [(header::REFRESH, ASK_AGAIN_SECONDS)];
    Ok((StatusCode::ACCEPTED, again, page).into_response())
}
