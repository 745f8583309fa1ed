//! `Prefer: wait=N` (RFC 7240 §4.3).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

const DEFAULT: Duration = Duration::from_secs(5);
const MAX: Duration = Duration::from_secs(30);

/// How long the caller would wait for a result: 5 s unless it says, 30 s at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreferWait(pub Duration);

impl Default for PreferWait {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<S: Sync> FromRequestParts<S> for PreferWait {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let preferences = parts.headers.get_all("prefer").iter();
        let wait = preferences
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split([',', ';']))
            .find_map(|preference| {
                let (name, value) = preference.split_once('=')?;
                let seconds = value.trim().trim_matches('"').parse().ok()?;
                let is_wait = name.trim().eq_ignore_ascii_case("wait");
                is_wait.then(|| Duration::from_secs(seconds).min(MAX))
            });
        Ok(wait.map_or_else(Self::default, Self))
    }
}
