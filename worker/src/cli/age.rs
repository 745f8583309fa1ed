//! How long something has lasted, as operators read it.

use std::time::Duration;

use mongodb::bson::DateTime;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// In at most six characters, for a table: `350ms`, `45s`, `3m12s`, `2h05m`, `5d03h`, `400d`.
pub(super) fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0 => format!("{}ms", age.as_millis()),
        1..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m{:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR..DAY => format!("{}h{:02}m", seconds / HOUR, seconds % HOUR / MINUTE),
        _ if seconds < 100 * DAY => format!("{}d{:02}h", seconds / DAY, seconds % DAY / HOUR),
        _ => format!("{}d", seconds / DAY),
    }
}

/// From `since` to `now`; nothing where that is later.
pub(super) fn age_at(since: DateTime, now: DateTime) -> String {
    age(now.saturating_duration_since(since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_its_two_largest_units() {
        for (millis, shown) in [
            (0, "0ms"),
            (350, "350ms"),
            (45_900, "45s"),
            (192_000, "3m12s"),
            (7_500_000, "2h05m"),
            (442_800_000, "5d03h"),
            (34_560_000_000, "400d"),
        ] {
            assert_eq!(age(Duration::from_millis(millis)), shown);
        }
        let (early, late) = (DateTime::from_millis(0), DateTime::from_millis(5000));
        assert_eq!(age_at(early, late), "5s");
        assert_eq!(age_at(late, early), "0ms");
    }
}
