//! `GET /account/sessions`

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use url::form_urlencoded;

use crate::console::view::View;
use crate::extract::{PageRequest, SignedIn};
use crate::handlers::sessions;
use crate::problem::Problem;
use crate::state::AppState;

/// Lists where the caller is signed in, newest first.
pub async fn show_sessions(
    State(state): State<AppState>,
    signed_in: SignedIn,
    view: View,
    uri: Uri,
) -> Result<Response, Problem> {
    let page = PageRequest::from_cursor(cursor(&uri));
    let sessions = sessions::list_sessions(State(state), signed_in, page).await?;
    let page = sessions.0;
    let next_url = page.next_cursor.as_deref().map(address_after);
    let values = context! { sessions => Serde(page.items), next_url };
    Ok(view.page("account/sessions.html", values))
}

/// The cursor in the address of a page. Other parameters are those of every page.
fn cursor(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let cursor = parameters.find(|(name, _)| name == "cursor");
    cursor.map(|(_, value)| value.into_owned())
}

fn address_after(cursor: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("cursor", cursor)
        .finish();
    format!("/account/sessions?{query}")
}
