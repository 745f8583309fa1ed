//! A few connections beside the limits, on which health checks are answered.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::task::AbortHandle;

/// How many connections the reserve has.
const PLACES: usize = 64;

/// How long a connection of the reserve may last.
pub(super) const LIFETIME: Duration = Duration::from_secs(5);

/// How long it may take to send the head of its one request.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(2);

/// The paths that are served on connections of the reserve.
pub(super) const HEALTH_PATHS: [&str; 2] = ["/livez", "/readyz"];

/// The connections of the reserve, oldest first.
#[derive(Debug, Default)]
pub(super) struct Reserve(VecDeque<AbortHandle>);

impl Reserve {
    /// Takes a connection in; where there is no place, the one that has waited longest ends. A
    /// health check sends its request at once, and is answered before others take its place.
    pub(super) fn admit(&mut self, connection: AbortHandle) {
        if self.0.len() >= PLACES {
            self.0.retain(|connection| !connection.is_finished());
        }
        if self.0.len() >= PLACES
            && let Some(oldest) = self.0.pop_front()
        {
            oldest.abort();
        }
        self.0.push_back(connection);
    }
}
