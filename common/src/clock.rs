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

/// The instant that `text` names in RFC 3339, to the millisecond.
///
/// ```
/// use dossier_common::clock::parse_rfc3339;
/// use mongodb::bson::DateTime;
/// let hour = parse_rfc3339("1970-01-01T01:00:00+00:00");
/// assert_eq!(hour, Some(DateTime::from_millis(60 * 60 * 1000)));
/// assert_eq!(parse_rfc3339("yesterday"), None);
/// ```
pub fn parse_rfc3339(text: &str) -> Option<DateTime> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    Some(DateTime::from_millis(timestamp.as_millisecond()))
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
