//! `GET /documents/history`

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;

use crate::console::asked;
use crate::console::view::View;
use crate::extract::{Client, PageRequest};
use crate::handlers::me;
use crate::problem::Problem;
use crate::state::AppState;

/// Shows what the caller downloaded, and when.
///
/// # Errors
///
/// [`Problem`] when the caller is no client, or that cannot be read.
pub async fn show_history(
    State(state): State<AppState>,
    client: Client,
    view: View,
    uri: Uri,
) -> Result<Response, Problem> {
    let request: PageRequest = asked::of_query(&state, &uri).await?;
    let page = me::list_downloads(State(state), client, request).await?;
    let next_url = asked::next_url(&uri, page.0.next_cursor.as_deref());
    let values = context! { downloads => Serde(page.0.items), next_url };
    Ok(view.page("documents/history.html", values))
}
