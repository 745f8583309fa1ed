//! How many mails an address is sent, whoever asks for them.

use std::time::Duration;

use mongodb::bson::DateTime;

/// How many mails one address is sent within any [`MAIL_WINDOW`]. Later ones wait; none is dropped.
pub const MAX_MAILS: usize = 5;

/// The window of [`MAX_MAILS`].
pub const MAIL_WINDOW: Duration = Duration::from_secs(60 * 60);

/// When the next mail is due after mails that were due at `earlier`, in order.
pub fn next_due(earlier: &[DateTime], now: DateTime) -> DateTime {
    let Some(first) = earlier.len().checked_sub(MAX_MAILS) else {
        return now;
    };
    now.max(earlier[first].saturating_add_duration(MAIL_WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60 * 1000;

    fn minutes(of: &[i64]) -> Vec<DateTime> {
        of.iter()
            .map(|m| DateTime::from_millis(m * MINUTE))
            .collect()
    }

    #[test]
    fn the_sixth_mail_of_an_hour_waits_for_its_end_and_the_seventh_behind_it() {
        let due = |earlier: &[i64], now: i64| {
            next_due(&minutes(earlier), DateTime::from_millis(now * MINUTE)).timestamp_millis()
                / MINUTE
        };
        assert_eq!(due(&[], 7), 7);
        assert_eq!(due(&[0, 1, 2, 3], 7), 7);
        assert_eq!(due(&[0, 1, 2, 3, 4], 7), 60);
        assert_eq!(due(&[0, 1, 2, 3, 4, 60], 7), 61);
        assert_eq!(due(&[0, 1, 2, 3, 4], 60), 60);
        assert_eq!(due(&[0, 0, 0, 0, 0, 60, 60, 60, 60, 60], 7), 120);
    }

    proptest! {
        #[test]
        fn no_window_has_more_mails_than_allowed_and_none_comes_early(
            pauses in prop::collection::vec(0_i64..40 * MINUTE, 0..60)
        ) {
            let (mut now, mut due) = (DateTime::from_millis(0), Vec::new());
            for pause in pauses {
                now = now.saturating_add_millis(pause);
                let next = next_due(&due, now);
                prop_assert!(next >= now && due.last().is_none_or(|last| next >= *last));
                due.push(next);
            }
            for mails in due.windows(MAX_MAILS + 1) {
                let apart = mails[MAX_MAILS].saturating_duration_since(mails[0]);
                prop_assert!(apart >= MAIL_WINDOW, "{mails:?}");
            }
        }
    }
}
