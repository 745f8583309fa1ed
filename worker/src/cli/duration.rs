//! Lengths of time, as operators write them.

use std::time::Duration;

use jiff::SignedDuration;

/// The longest time over which anything is spread.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A length of time on the command line.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let time = text.parse::<SignedDuration>().ok();
    let time = time.and_then(|time| Duration::try_from(time).ok());
    let time = time.filter(|time| *time <= LONGEST);
    time.ok_or_else(|| "must be a time such as 90s, 10m or 2h, at most 168h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_write_them() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h 30m", 5400), ("0s", 0)] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for wrong in ["", "10", "-5m", "169h", "soon"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
