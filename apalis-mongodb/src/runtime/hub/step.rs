//! The server's clock is set while we work, or another server with another clock becomes the primary.
//!
//! Every heartbeat reads the server's time, and so does whoever is about to rescue. What was computed
//! from the old clock is put right before anybody acts on it:
//!
//! - Nobody is rescued for a lease, in which every worker that lives renews its leases by the new
//!   clock.
//! - Ours are renewed at once.
//! - When jobs are due is looked up again; jobs that were enqueued to run at once stay due.

use std::time::{Duration, Instant};

use super::Hub;
use crate::clock::{Reading, Step};
use crate::sync::lock;

/// For so long after a step back others may enqueue by the old clock: producers read the server's at
/// least every 15 s.
const SETTLED_AFTER: Duration = Duration::from_secs(20);

/// The clock was set back.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetBack {
    noticed_at: Instant,
    by: Duration,
}

impl Hub {
    /// Takes note of the server's time; false if its clock has been set since the last reading.
    pub(super) fn observe(&self, reading: Reading) -> bool {
        for worker in self.workers() {
            worker.clock.observe(reading);
        }
        let Some(step) = self.clock.observe(reading) else {
            return true;
        };
        self.adjust_to(step);
        false
    }

    fn adjust_to(&self, step: Step) {
        tracing::warn!(
            by_ms = step.millis,
            "the server's clock was set, or another server answers; nobody is rescued for a lease"
        );
        self.health.clock_was_set();
        if step.is_back() {
            *lock(&self.set_back) = Some(SetBack {
                noticed_at: Instant::now(),
                by: Duration::from_millis(step.millis.unsigned_abs()),
            });
        }
        for entry in lock(&self.queues).values_mut() {
            entry.look = true;
        }
        self.poll.notify_one();
        // Heartbeats wait for this, too.
        self.registered.send_replace(());
    }

    /// How far the server's clock was set back, if that was a moment ago.
    pub(super) fn was_set_back(&self) -> Option<Duration> {
        let set_back = *lock(&self.set_back);
        set_back
            .filter(|it| it.noticed_at.elapsed() < SETTLED_AFTER)
            .map(|it| it.by)
    }
}
