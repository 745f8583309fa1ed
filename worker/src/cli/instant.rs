//! Instants, as operators read and write them.

use std::time::Duration;

pub(super) use dossier_common::clock::to_the_second as instant;
use dossier_common::clock::{Clock, parse_rfc3339};
use mongodb::bson::DateTime;

use super::duration::length;

const SHORTEST_SPAN: Duration = Duration::from_secs(60);
const LONGEST_SPAN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An instant on the command line: in RFC 3339, a date, a time as tables have it, or how long ago it was.
pub(super) fn parse_instant(text: &str) -> Result<DateTime, String> {
    of_text(text, Clock::system().now()).ok_or_else(|| {
        "must be a time such as 2026-11-26T08:00:00Z or 2026-11-26 (in UTC), or how long ago, such as 10m, \
         36h or 7d"
            .to_owned()
    })
}

/// As [`parse_instant`], for the end of a time: a date is meant with all of its day.
pub(super) fn parse_until(text: &str) -> Result<DateTime, String> {
    match parse_rfc3339(&format!("{text}T23:59:59.999Z")) {
        Some(end_of_day) => Ok(end_of_day),
        None => parse_instant(text),
    }
}

/// A time span on the command line, such as 90s, 15m or 24h.
pub(super) fn parse_span(text: &str) -> Result<Duration, &'static str> {
    length(text)
        .filter(|span| (SHORTEST_SPAN..=LONGEST_SPAN).contains(span))
        .ok_or("must be a time from a minute to 30 days, such as 15m, 24h or 7d")
}

fn of_text(text: &str, now: DateTime) -> Option<DateTime> {
    if let Some(at) = parse_rfc3339(text).or_else(|| in_utc(text)) {
        return Some(at);
    }
    let millis = i64::try_from(length(text)?.as_millis()).ok()?;
    Some(now.saturating_add_millis(-millis))
}

/// A date, which begins at midnight, or a time as [`instant`] writes it.
fn in_utc(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    parse_rfc3339(&format!("{date}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_a_time_or_how_long_ago_it_was() {
        let now = DateTime::from_millis(100_000_000);
        let millis = |text: &str| of_text(text, now).map(DateTime::timestamp_millis);
        assert_eq!(millis("1970-01-01T01:00:00Z"), Some(3_600_000));
        assert_eq!(millis("1970-01-01 01:00:00"), Some(3_600_000));
        assert_eq!(millis("1970-01-02"), Some(86_400_000));
        assert_eq!(millis(&instant(now)), Some(100_000_000));
        assert_eq!(millis("90s"), Some(100_000_000 - 90_000));
        assert_eq!(millis("1d"), Some(100_000_000 - 86_400_000));
        assert_eq!(millis("2h"), Some(100_000_000 - 7_200_000));
        assert_eq!(millis("yesterday"), None);
        assert_eq!(millis("-2h"), None);
        assert_eq!(millis("16:00:00"), None, "no date: of which day?");
        assert_eq!(millis("1970-01-32"), None);
    }

    #[test]
    fn a_date_at_the_end_is_meant_with_all_of_its_day() {
        let millis = |text: &str| parse_until(text).map(DateTime::timestamp_millis);
        assert_eq!(millis("1970-01-01"), Ok(86_400_000 - 1));
        assert_eq!(millis("1970-01-01 00:00:00"), Ok(0));
        assert_eq!(millis("1970-01-01T01:00:00Z"), Ok(3_600_000));
        assert!(millis("1970-01-32").is_err());
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
