//! How the queues behave, where operators may choose.

use std::time::Duration;

/// The operator's choices; see `docs/OPERATIONS.md`.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// How long a claimed job belongs to its worker without a heartbeat.
    pub lease: Duration,
    /// The first pause between two attempts at one mail; it doubles from there, up to an hour.
    pub mail_retry_base: Duration,
    /// How many jobs of one queue a worker process runs at once.
    pub concurrency: usize,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            mail_retry_base: Duration::from_secs(10),
            concurrency: 4,
        }
    }
}
