//! How soon a change stream that was lost is opened again.

use std::time::Duration;

use crate::error::Error;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How often in a row there was no stream or none that lasted.
#[derive(Debug, Default)]
pub(super) struct ReopenBackoff {
    times: u32,
}

impl ReopenBackoff {
    /// Tells of the first failure in a row, and counts it.
    pub(super) fn report(&mut self, what: &str, error: Option<Error>) {
        if self.times == 0 {
            tracing::warn!(?error, "{what}");
        } else {
            tracing::debug!(?error, "{what}");
        }
        self.times = self.times.saturating_add(1);
    }

    /// How long to wait before the next try.
    pub(super) fn pause(&self) -> Duration {
        let doublings = self.times.saturating_sub(1).min(10);
        (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
    }
}
