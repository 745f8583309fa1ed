//! `Prefer: wait=N` (RFC 7240 §4.3).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use sfv::{BareItem, Dictionary, ListEntry, Parser};
use utoipa::IntoParams;

const DEFAULT: Duration = Duration::from_secs(5);
const MAX: Duration = Duration::from_secs(30);

/// How long the caller would wait for a result: 5 s unless it says, 30 s at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreferWait(pub Duration);

/// The header of a request whose result may take a moment.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct PreferHeader {
    /// `wait=N`: wait up to N seconds for the result, 30 at most; 5 unless said.
    #[param(rename = "Prefer", required = false, example = "wait=10")]
    prefer: String,
}

impl Default for PreferWait {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<S: Sync> FromRequestParts<S> for PreferWait {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let wait = seconds(&parts.headers).map(|it| Duration::from_secs(it).min(MAX));
        Ok(wait.map_or_else(Self::default, Self))
    }
}

/// Reads the preferences as a dictionary (RFC 9651), after which RFC 7240 is modelled but for the
/// case of names. What cannot be read is ignored, as every preference may be.
fn seconds(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all("prefer").iter();
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let preferences = values.join(", ").to_ascii_lowercase();
    let preferences = Parser::new(&preferences).parse_dictionary::<Dictionary>();
    match preferences.ok()?.get("wait")? {
        ListEntry::Item(item) => match &item.bare_item {
            BareItem::Integer(seconds) => u64::try_from(i64::from(*seconds)).ok(),
            BareItem::String(seconds) => seconds.as_str().parse().ok(),
            _ => None,
        },
        ListEntry::InnerList(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_preference_to_wait_is_read() {
        let read = |lines: &[&'static str]| {
            let lines = lines.iter().copied();
            let lines =
                lines.map(|line| ("prefer".parse().unwrap(), HeaderValue::from_static(line)));
            seconds(&lines.collect())
        };
        assert_eq!(read(&["wait=10"]), Some(10));
        assert_eq!(read(&["respond-async, Wait=0"]), Some(0));
        assert_eq!(read(&["respond-async", "wait=\"7\"; x"]), Some(7));
        for other in [
            "respond-async; wait=3",
            "wait=-1",
            "wait",
            "wait=(1)",
            "wait=soon",
            "=",
        ] {
            assert_eq!(read(&[other]), None, "{other}");
        }
    }
}
