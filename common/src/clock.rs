//! The time, as a parameter.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mongodb::bson::DateTime;

/// Where the time comes from: the system, or a test's hand.
///
/// Cheap to clone; clones share a manual clock's hands.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until it is [advanced](Self::advance).
    pub fn manual(start: DateTime) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(
            start.timestamp_millis(),
        ))))
    }

    /// The present instant, in milliseconds as MongoDB stores them.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system clock"
    )]
    pub fn now(&self) -> DateTime {
        match &self.0 {
            Source::System => DateTime::now(),
            Source::Manual(millis) => DateTime::from_millis(millis.load(Ordering::SeqCst)),
        }
    }

    /// The present instant as whole seconds since the Unix epoch (never negative).
    pub fn unix_seconds(&self) -> u64 {
        u64::try_from(self.now().timestamp_millis() / 1000).unwrap_or(0)
    }

    /// Moves a manual clock forward; the system's clock does not listen.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(millis) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_add(by, Ordering::SeqCst);
        }
    }
}

/// The instant that `text` names in RFC 3339, to the millisecond. Of the last 26 hours of the year 9999 it is the last
/// instant that can be told: who names them means that there is no end.
///
/// ```
/// use dossier_common::clock::parse_rfc3339;
/// use mongodb::bson::DateTime;
/// let hour = parse_rfc3339("1970-01-01T01:00:00+00:00");
/// assert_eq!(hour, Some(DateTime::from_millis(60 * 60 * 1000)));
/// assert_eq!(parse_rfc3339("1970-01-01t01:00:00.5z"), Some(DateTime::from_millis(3_600_500)));
/// let last = parse_rfc3339("9999-12-30T22:00:00.999Z");
/// assert!(last.is_some());
/// assert_eq!(parse_rfc3339("9999-12-31T23:59:59Z"), last);
/// assert_eq!(parse_rfc3339("9999-12-32T00:00:00Z"), None);
/// for other in ["yesterday", "1970-01-01T01Z", "1970-01-01T01:00:00", "1970-01-01T01:00:00+25:00", "19700101T010000Z"] {
///     assert_eq!(parse_rfc3339(other), None);
/// }
/// ```
pub fn parse_rfc3339(text: &str) -> Option<DateTime> {
    // The parser knows other forms of ISO 8601, too: RFC 3339 (section 5.6) has one.
    if !has_form_of_rfc3339(text) {
        return None;
    }
    let timestamp: jiff::Timestamp = text.parse().ok().or_else(|| the_last(text))?;
    Some(DateTime::from_millis(timestamp.as_millisecond()))
}

/// The last instant that can be told, if `text` is only too late: it names an instant in another year.
fn the_last(text: &str) -> Option<jiff::Timestamp> {
    let rest = text.strip_prefix("9999")?;
    let earlier: Option<jiff::Timestamp> = format!("9998{rest}").parse().ok();
    earlier.map(|_| jiff::Timestamp::MAX)
}

/// Whether `text` is `YYYY-MM-DDTHH:MM:SS`, perhaps with a fraction, and `Z` or an offset of less than a day.
fn has_form_of_rfc3339(text: &str) -> bool {
    let fits = |text: &str, form: &str| {
        text.len() == form.len()
            && text
                .bytes()
                .zip(form.bytes())
                .all(|(byte, form)| match form {
                    b'0' => byte.is_ascii_digit(),
                    other => byte.eq_ignore_ascii_case(&other),
                })
    };
    let Some((instant, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let has_digits = rest
        .strip_prefix('.')
        .is_none_or(|it| it.len() > zone.len());
    let is_offset = (fits(zone, "+00:00") || fits(zone, "-00:00")) && zone[1..3] < *"24";
    fits(instant, "0000-00-00T00:00:00") && has_digits && (fits(zone, "Z") || is_offset)
}

/// `instant` in RFC 3339, UTC, with milliseconds: the only way a time is written on the wire.
///
/// ```
/// use dossier_common::clock::rfc3339;
/// use mongodb::bson::DateTime;
/// assert_eq!(rfc3339(DateTime::from_millis(0)), "1970-01-01T00:00:00.000Z");
/// ```
pub fn rfc3339(instant: DateTime) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(instant.timestamp_millis())
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{timestamp:.3}")
}

/// `instant` to the second, in UTC: how a sentence or a table for people has it.
///
/// ```
/// use dossier_common::clock::to_the_second;
/// use mongodb::bson::DateTime;
/// assert_eq!(to_the_second(DateTime::from_millis(1_500)), "1970-01-01 00:00:01");
/// ```
pub fn to_the_second(instant: DateTime) -> String {
    let text = rfc3339(instant);
    text.get(..19).map_or(text.clone(), |to_the_second| {
        to_the_second.replace('T', " ")
    })
}
