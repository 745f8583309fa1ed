//! How the queues behave, where operators may choose.

use std::collections::BTreeMap;
use std::time::Duration;

/// The operator's choices; see `docs/OPERATIONS.md`.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// How long a claimed job belongs to its worker without a heartbeat.
    pub lease: Duration,
    /// The first pause between two attempts at one mail; it doubles from there, up to an hour.
    pub mail_retry_base: Duration,
    /// How long after a document has become available its recipients are told: what comes within this
    /// time is told in the same mail.
    pub notice_delay: Duration,
    /// How many jobs of one queue a worker process runs at once, unless the job says otherwise by
    /// [`at_once`](super::Job::at_once).
    pub concurrency: usize,
    /// How long one attempt may take, by the name of the queue, where that is not the job's own
    /// [`TIMEOUT`](super::Job::TIMEOUT).
    pub time_limits: BTreeMap<&'static str, Duration>,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            mail_retry_base: Duration::from_secs(10),
            notice_delay: Duration::from_secs(120),
            concurrency: 4,
            time_limits: BTreeMap::new(),
        }
    }
}
