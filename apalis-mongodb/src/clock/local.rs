//! This machine's own clock. It tells when it was set, and how far ahead a time is that apalis
//! computed from it; nothing that it says is written to the store.

use mongodb::bson::DateTime;

/// This machine's own time, in milliseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this crate reads the clock; what decides is the server's"
)]
pub(super) fn now_ms() -> i64 {
    DateTime::now().timestamp_millis()
}

/// How many milliseconds are left until a time of an apalis task; negative if it has passed.
///
/// apalis computes these times from this machine's clock (a delay, a workflow's pause) and cuts them
/// to whole seconds, so that 300 ms may have become none. Therefore the second that is not over
/// yet, and every later one, counts as a whole one: nothing starts before its time.
pub(crate) fn until_task_time(seconds: u64) -> i64 {
    until(seconds, now_ms())
}

fn until(seconds: u64, now_ms: i64) -> i64 {
    const SECOND: i64 = 1000;
    let begins_ms = i64::try_from(seconds).map_or(i64::MAX, |s| s.saturating_mul(SECOND));
    let left = begins_ms.saturating_sub(now_ms);
    if left > -SECOND {
        left.saturating_add(SECOND)
    } else {
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_within_the_current_second_or_later_is_rounded_up() {
        let now_ms = 12_345;
        // What 300 ms and 1.5 s from now become.
        assert_eq!(until(12, now_ms), 655);
        assert_eq!(until(13, now_ms), 1655);
    }

    #[test]
    fn a_time_that_has_passed_stays_where_it_is() {
        assert_eq!(until(11, 12_345), -1345);
        assert_eq!(until(0, 12_345), -12_345);
    }

    #[test]
    fn a_time_that_no_instant_can_hold_is_far_ahead() {
        assert_eq!(until(u64::MAX, 0), i64::MAX);
    }
}
