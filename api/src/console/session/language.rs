//! `POST /language`

use std::time::Duration;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;

use crate::console::form::Form;
use crate::console::view::see_other;
use crate::console::words::Locale;
use crate::console::{cookie, next};
use crate::problem::Problem;
use crate::state::AppState;

const KEPT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Shows pages in another language from now on.
pub async fn set_language(State(state): State<AppState>, form: Form) -> Result<Response, Problem> {
    let language = form.get("language").or_else(|| form.get("lang"));
    let language = language.and_then(Locale::known).map(Locale::as_str);
    let language = language
        .ok_or_else(|| Problem::invalid_field("language", "must be one that the console has"))?;
    let page = form.get("next").and_then(next::checked).unwrap_or("/");
    let mut response = see_other(page, "");
    let cookie = cookie::kept(&state, cookie::LANGUAGE, language, KEPT);
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}
