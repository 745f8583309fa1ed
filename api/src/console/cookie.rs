//! The console's cookies.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::state::AppState;

/// Who is signed in.
pub(super) const SESSION: &str = "dossier";

/// The device that somebody signed in with before.
pub(super) const DEVICE: &str = "dossier-device";

/// The language that the visitor has chosen.
pub(super) const LANGUAGE: &str = "lang";

/// The value of the cookie called `name`, if it was sent once. Which of two is meant, is not for us to choose.
pub(super) fn sent<'a>(state: &AppState, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let name = full_name(state, name);
    let lines = headers.get_all(header::COOKIE).iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';'));
    let mut values = pairs.filter_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    });
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

/// The header that has browsers keep `value` for so long. Scripts cannot read it, other sites do not send it along
/// but with a link to a page.
pub(super) fn kept(state: &AppState, name: &str, value: &str, age: Duration) -> HeaderValue {
    let name = full_name(state, name);
    let secure = if is_secure(state) { "; Secure" } else { "" };
    let age = age.as_secs();
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("the names and values of cookies are ASCII")
}

/// The header that has browsers forget a cookie.
pub(super) fn forgotten(state: &AppState, name: &str) -> HeaderValue {
    kept(state, name, "", Duration::ZERO)
}

/// Browsers take a name with this prefix from this very host alone, over HTTPS (RFC 6265bis).
fn full_name(state: &AppState, name: &str) -> String {
    match is_secure(state) && name != LANGUAGE {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

fn is_secure(state: &AppState) -> bool {
    state.public_url.starts_with("https://")
}
