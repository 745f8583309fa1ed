//! Whether this process may rescue the jobs of others: only while its own heartbeats reach the store.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::sync::lock;

/// After so many intervals without a heartbeat that arrived, there was an outage.
const OUTAGE_INTERVALS: u32 = 3;

#[derive(Debug)]
struct State {
    last_heartbeat: Option<Instant>,
    /// Since when every heartbeat arrived.
    well_since: Option<Instant>,
    interval: Duration,
}

/// The record of our own heartbeats.
#[derive(Debug)]
pub(super) struct Health {
    state: Mutex<State>,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                last_heartbeat: None,
                well_since: None,
                interval: Duration::from_secs(3600),
            }),
        }
    }
}

impl Health {
    pub(super) fn expect_heartbeats_every(&self, interval: Duration) {
        let mut state = lock(&self.state);
        state.interval = state.interval.min(interval);
    }

    pub(super) fn interval(&self) -> Duration {
        lock(&self.state).interval
    }

    /// A heartbeat sent at `sent_at` arrived. One that took so long that other leases may have run out
    /// meanwhile, or that follows a long silence (we may have been frozen), is the end of an
    /// outage. A busy server's slow heartbeats are none: rescuing would never begin.
    pub(super) fn heartbeat_arrived(&self, sent_at: Instant) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let silence = state
            .last_heartbeat
            .map_or(Duration::ZERO, |last| now - last);
        if now - sent_at > state.interval * 3 / 2 || silence > state.interval * OUTAGE_INTERVALS {
            state.well_since = None;
        }
        state.last_heartbeat = Some(now);
        state.well_since.get_or_insert(now);
    }

    pub(super) fn heartbeat_failed(&self) {
        lock(&self.state).well_since = None;
    }

    /// The server's clock was set: leases that were written before say nothing until everybody has
    /// renewed them.
    pub(super) fn clock_was_set(&self) {
        lock(&self.state).well_since = None;
    }

    /// Whether expired leases of others may be rescued. Not after a heartbeat that failed or is
    /// overdue (we may have been frozen); after an outage, and after a start, for who knows what was
    /// before, not for a whole `lease`, so that everybody can renew first.
    pub(super) fn may_rescue(&self, lease: Duration) -> bool {
        self.well_for().is_some_and(|well_for| well_for >= lease)
    }

    /// For how long every heartbeat has arrived, unless the next one is overdue.
    pub(super) fn well_for(&self) -> Option<Duration> {
        let state = lock(&self.state);
        let overdue = state.last_heartbeat?.elapsed() >= state.interval * 2;
        let well_since = state.well_since.filter(|_| !overdue);
        well_since.map(|since| since.elapsed())
    }

    /// A shorter outage may go unnoticed here.
    pub(super) fn shortest_outage(&self) -> Duration {
        self.interval() * OUTAGE_INTERVALS
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time itself is under test")]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_rescued_before_our_own_heartbeats_arrive() {
        let health = Health::default();
        assert!(!health.may_rescue(Duration::ZERO));
    }

    #[test]
    fn nobody_is_rescued_for_a_whole_lease_after_an_outage() {
        let health = Health::default();
        health.expect_heartbeats_every(Duration::from_secs(10));
        health.heartbeat_failed();
        health.heartbeat_arrived(Instant::now());
        assert!(!health.may_rescue(Duration::from_secs(30)));
    }

    #[test]
    fn nobody_is_rescued_for_a_whole_lease_after_the_servers_clock_was_set() {
        let health = Health::default();
        health.expect_heartbeats_every(Duration::from_secs(10));
        health.heartbeat_arrived(Instant::now());
        assert!(health.may_rescue(Duration::ZERO));
        health.clock_was_set();
        assert!(!health.may_rescue(Duration::ZERO));
        health.heartbeat_arrived(Instant::now());
        assert!(!health.may_rescue(Duration::from_secs(30)));
    }

    #[test]
    fn a_heartbeat_that_took_long_is_the_end_of_an_outage() {
        let health = Health::default();
        health.expect_heartbeats_every(Duration::from_millis(1));
        let sent_at = Instant::now();
        std::thread::sleep(Duration::from_millis(5));
        health.heartbeat_arrived(sent_at);
        assert!(!health.may_rescue(Duration::from_secs(30)));
    }

    #[test]
    fn nobody_is_rescued_when_our_own_heartbeat_is_overdue() {
        let health = Health::default();
        health.expect_heartbeats_every(Duration::from_nanos(1));
        health.heartbeat_arrived(Instant::now());
        std::thread::sleep(Duration::from_millis(2));
        assert!(!health.may_rescue(Duration::ZERO));
    }
}
