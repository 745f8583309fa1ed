//! The pause after a log-in that failed.

use std::time::Duration;

/// How many log-ins of an account may fail, or be under way, without a pause.
pub const FREE_FAILURES: usize = 10;

/// How many may fail in a row (NIST SP 800-63B-4 §3.2.2); then only a device that is proven gets in,
/// until the failures are forgotten.
pub const MAX_FAILURES: usize = 100;

/// The longest pause before that.
const MAX_DELAY: Duration = Duration::from_secs(60 * 60);

/// How long failures are remembered after the last of them.
pub const FAILURES_KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The pause after each number of failures in a row, from none on; the last one stands for all
/// numbers above. It doubles from one second up to an hour.
pub fn delays() -> [Duration; MAX_FAILURES + 1] {
    std::array::from_fn(|failures| match failures.checked_sub(FREE_FAILURES) {
        _ if failures == MAX_FAILURES => FAILURES_KEPT_FOR,
        None => Duration::ZERO,
        Some(more) => {
            let seconds = 1_u64 << more.min(32);
            Duration::from_secs(seconds).min(MAX_DELAY)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_to_an_hour_and_ends_in_a_month() {
        let seconds = delays().map(|it| it.as_secs());
        assert_eq!(seconds[..10], [0; 10]);
        assert_eq!(seconds[10..14], [1, 2, 4, 8]);
        assert_eq!(seconds[22..100], [3600; 78]);
        assert_eq!(seconds[100], 30 * 24 * 3600);
        let to_the_last: u64 = seconds[..100].iter().sum();
        assert!(to_the_last > 3 * 24 * 3600, "{to_the_last} s");
    }
}
