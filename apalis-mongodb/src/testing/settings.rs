//! What a case asks of a backend.

use std::time::Duration;

use mongodb::bson::oid::ObjectId;

/// The timers of a case. They are whole seconds, for not every backend has finer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// How often a worker says that it lives.
    pub heartbeat: Duration,
    /// How long after its last heartbeat a worker loses its jobs.
    pub lease: Duration,
    /// How long a failed job waits for its next attempt, where that can be set.
    pub retry_delay: Duration,
}

impl Timing {
    /// A worker that is silent loses its jobs soon.
    pub const SHORT: Self = Self {
        heartbeat: Duration::from_secs(1),
        lease: Duration::from_secs(3),
        retry_delay: Duration::from_millis(500),
    };

    /// What only the next heartbeat or a lost lease would repair is seen to be late.
    pub const LONG: Self = Self {
        heartbeat: Duration::from_secs(6),
        lease: Duration::from_secs(18),
        retry_delay: Duration::from_millis(500),
    };
}

/// What a case asks of a backend: a queue of its own, timers, and a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The queue's name, of `a-z 0-9 -`; no other case uses it.
    pub queue: String,
    /// The timers.
    pub timing: Timing,
    /// How many jobs a worker may claim at once.
    pub buffer: usize,
}

impl Settings {
    pub(super) fn new(timing: Timing, buffer: usize) -> Self {
        Self {
            queue: format!("conformance-{}", ObjectId::new().to_hex()),
            timing,
            buffer,
        }
    }
}
