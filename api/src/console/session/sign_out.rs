//! `POST /sign-out` and `GET /signed-out`

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use minijinja::context;

use crate::console::cookie;
use crate::console::view::{View, see_other};
use crate::problem::Problem;
use crate::services;
use crate::state::AppState;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Ends the session, and has the browser forget what it has of the pages.
pub async fn sign_out(State(state): State<AppState>, view: View) -> Result<Response, Problem> {
    if let Some(caller) = &view.caller {
        services::log_out(&state, caller).await?;
    }
    let mut response = see_other("/signed-out", "");
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, cookie::forgotten(&state, cookie::SESSION));
    let kept_nothing = HeaderValue::from_static("\"cache\", \"storage\"");
    headers.insert(CLEAR_SITE_DATA, kept_nothing);
    Ok(response)
}

/// Says that the visitor is signed out.
pub async fn show_signed_out(view: View) -> Response {
    view.page("session/signed-out.html", context! {})
}
