//! Instants: RFC 3339 with milliseconds for programs, arithmetic for us.

use std::time::Duration;

use mongodb::bson::DateTime;
use serde::Serializer;

/// `2026-01-31T08:15:30.120Z`.
pub(crate) fn rfc3339(at: DateTime) -> String {
    jiff::Timestamp::from_millisecond(at.timestamp_millis())
        .map_or_else(|_| at.to_string(), |at| format!("{at:.3}"))
}

pub(crate) fn required<S: Serializer>(at: &DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*at))
}

pub(crate) fn optional<S: Serializer>(
    at: &Option<DateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => required(at, serializer),
        None => serializer.serialize_none(),
    }
}

pub(crate) fn after(at: DateTime, wait: Duration) -> DateTime {
    off(at, millis(wait))
}

/// `millis` milliseconds after `at`, or before it if negative.
pub(crate) fn off(at: DateTime, millis: i64) -> DateTime {
    DateTime::from_millis(at.timestamp_millis().saturating_add(millis))
}

/// Milliseconds from `earlier` to `later`; documents can have any instant, the first and the last
/// that there are among them.
pub(crate) fn between(earlier: DateTime, later: DateTime) -> i64 {
    later
        .timestamp_millis()
        .saturating_sub(earlier.timestamp_millis())
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_always_shows_three_decimals() {
        assert_eq!(
            rfc3339(DateTime::from_millis(0)),
            "1970-01-01T00:00:00.000Z"
        );
        assert_eq!(
            rfc3339(DateTime::from_millis(1_500)),
            "1970-01-01T00:00:01.500Z"
        );
    }
}
