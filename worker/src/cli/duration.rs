//! Lengths of time, as operators write them.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// The longest time over which anything is spread.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A length of time over which something is spread, on the command line.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let time = length(text).filter(|time| *time <= LONGEST);
    time.ok_or_else(|| "must be a time such as 90s, 10m or 1h30m, at most 7d".to_owned())
}

/// A length of time as [`super::age::age`] writes it, among others: a day has 24 hours.
///
/// Not as a clock has it: `16:00:00` is a time of day to whoever writes it, and 16 hours to the parser.
pub(super) fn length(text: &str) -> Option<Duration> {
    if text.contains(':') {
        return None;
    }
    let span = text.parse::<Span>().ok()?;
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::age::age;

    #[test]
    fn times_are_written_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90),
            ("10m", 600),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            ("7d", 604_800),
            ("0s", 0),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for wrong in ["", "10", "-5m", "169h", "1mo", "soon", "00:10:00"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_age_of_a_table_can_be_given_back() {
        for seconds in [45, 192, 7500, 442_800, 34_560_000] {
            let length_of_age = Duration::from_secs(seconds);
            assert_eq!(length(&age(length_of_age)), Some(length_of_age));
        }
    }
}
