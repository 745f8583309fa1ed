//! Which language a visitor reads.

use axum::http::{HeaderMap, header};

use super::cookie;
use super::words::Locale;
use crate::state::AppState;

/// The language that was chosen, or else the one that the browser thinks most of, or English.
pub(super) fn of_request(state: &AppState, headers: &HeaderMap) -> Locale {
    let chosen = cookie::sent(state, headers, cookie::LANGUAGE).and_then(Locale::known);
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    chosen
        .or_else(|| accepted.and_then(Locale::preferred))
        .unwrap_or(Locale::En)
}
