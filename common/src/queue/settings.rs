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
    /// How long one attempt at a job may take.
    pub time_limits: TimeLimits,
}

/// How long one attempt at a job of each queue may take. What runs longer has failed.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimits {
    /// A mail: longer than the mail server has for it.
    pub send_email: Duration,
    /// An inspection: waiting for a core, 30 s for the inspection and 2 min for the virus scanner.
    pub validate_upload: Duration,
    /// A token.
    pub mint_download_token: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            send_email: Duration::from_secs(120),
            validate_upload: Duration::from_secs(600),
            mint_download_token: Duration::from_secs(30),
        }
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            mail_retry_base: Duration::from_secs(10),
            concurrency: 4,
            time_limits: TimeLimits::default(),
        }
    }
}
