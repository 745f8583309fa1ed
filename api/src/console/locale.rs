//! Which language a visitor reads.

use axum::http::{HeaderMap, header};

use super::cookie;
use crate::state::AppState;

/// The languages that the console has, the one first that is shown where nothing else is asked for.
pub(super) const LOCALES: [&str; 2] = ["en", "de"];

/// The language called `name`, if the console has it.
pub(super) fn known(name: &str) -> Option<&'static str> {
    LOCALES.into_iter().find(|locale| *locale == name)
}

/// The language that was chosen, or else the first of the browser's that the console has.
pub(super) fn of_request(state: &AppState, headers: &HeaderMap) -> &'static str {
    let chosen = cookie::sent(state, headers, cookie::LANGUAGE).and_then(known);
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let browser = || accepted.unwrap_or_default().split(',').find_map(of_range);
    chosen.or_else(browser).unwrap_or(LOCALES[0])
}

/// Of `de-AT;q=0.8`, the language. Browsers send them in order of preference.
fn of_range(range: &str) -> Option<&'static str> {
    let tag = range.split(';').next()?.trim();
    let language = tag.split('-').next()?.to_ascii_lowercase();
    known(&language)
}
