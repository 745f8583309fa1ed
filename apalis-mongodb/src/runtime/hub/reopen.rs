//! How soon a change stream that was lost is opened again.

use std::time::Duration;

use crate::backoff::Backoff;
use crate::error::Error;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The pauses between streams that were lost in a row, and whether the first of them was logged.
#[derive(Debug)]
pub(super) struct ReopenBackoff {
    backoff: Backoff,
    reported: bool,
}

impl Default for ReopenBackoff {
    fn default() -> Self {
        Self {
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            reported: false,
        }
    }
}

impl ReopenBackoff {
    /// Warns of the first failure in a row.
    pub(super) fn report(&mut self, what: &str, error: Option<Error>) {
        let error = error.as_ref().map(tracing::field::display);
        if std::mem::replace(&mut self.reported, true) {
            tracing::debug!(error, "{what}");
        } else {
            tracing::warn!(error, "{what}");
        }
    }

    /// How long to wait before the next stream.
    pub(super) fn pause(&mut self) -> Duration {
        self.backoff.pause()
    }
}
