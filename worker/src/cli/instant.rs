//! Instants, as operators read and write them.

use std::time::Duration;

pub(super) use dossier_common::clock::to_the_second as instant;
use dossier_common::clock::{Clock, parse_rfc3339};
use jiff::SignedDuration;
use mongodb::bson::DateTime;

const SHORTEST_SPAN: Duration = Duration::from_secs(60);
const LONGEST_SPAN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An instant on the command line: in RFC 3339, or how long ago it was.
pub(super) fn parse_instant(text: &str) -> Result<DateTime, String> {
    of_text(text, Clock::system().now()).ok_or_else(|| {
        "must be a time such as 2026-11-26T08:00:00Z, or how long ago, such as 90s, 10m or 36h"
            .to_owned()
    })
}

/// A time span on the command line, such as 90s, 15m or 24h.
pub(super) fn parse_span(text: &str) -> Result<Duration, &'static str> {
    let span = text.parse::<SignedDuration>().ok();
    let span = span.and_then(|span| Duration::try_from(span).ok());
    span.filter(|span| (SHORTEST_SPAN..=LONGEST_SPAN).contains(span))
        .ok_or("must be a time from a minute to 30 days, such as 15m or 24h")
}

fn of_text(text: &str, now: DateTime) -> Option<DateTime> {
    if let Some(at) = parse_rfc3339(text) {
        return Some(at);
    }
    let ago = text.parse::<SignedDuration>().ok()?;
    let millis = i64::try_from(ago.as_millis()).ok()?;
    (millis >= 0).then(|| now.saturating_add_millis(-millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_a_time_or_how_long_ago_it_was() {
        let now = DateTime::from_millis(100_000_000);
        let millis = |text| of_text(text, now).map(DateTime::timestamp_millis);
        assert_eq!(millis("1970-01-01T01:00:00Z"), Some(3_600_000));
        assert_eq!(millis("90s"), Some(100_000_000 - 90_000));
        assert_eq!(millis("2h"), Some(100_000_000 - 7_200_000));
        assert_eq!(millis("yesterday"), None);
        assert_eq!(millis("-2h"), None);
    }

    #[test]
    fn a_span_is_a_minute_to_thirty_days() {
        assert_eq!(parse_span("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(parse_span("24h"), Ok(Duration::from_secs(86_400)));
        for text in ["59s", "721h", "-1h", "long", ""] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
