//! The server's clock, as seen from here.
//!
//! Leases are compared by the server with `$$NOW`. Times that we write ourselves (when a new or
//! failed job may run, how long a new lease holds) are the server's as well, so that a machine whose
//! clock is wrong neither delays jobs nor loses them.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use mongodb::Database;
use mongodb::bson::{DateTime, doc};

use crate::deadline::run_command;
use crate::error::{Context, Error};
use crate::runtime::lock;

/// This machine's own time.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this crate reads the clock; what decides is the server's"
)]
pub(crate) fn local_now() -> DateTime {
    DateTime::now()
}

/// Clocks drift slowly.
const MEASURED_AGAIN_AFTER: Duration = Duration::from_secs(600);
/// After a failure, sooner.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How long the server may take to tell its time.
const HELLO_LIMIT: Duration = Duration::from_secs(5);
/// A difference below this is noise of the measurement.
const NOISE_MS: i64 = 5;
/// The wall clock and the monotonic one part when the machine sleeps or its clock is set.
const PARTED_MS: i64 = 1000;

/// One look at the server's clock. It goes on by our monotonic clock, which nobody sets.
#[derive(Debug, Clone, Copy)]
struct Reading {
    server_ms: i64,
    local_ms: i64,
    at: Instant,
}

impl Reading {
    fn now_ms(&self) -> i64 {
        self.server_ms.saturating_add(elapsed_ms(self.at))
    }

    /// Whether the machine slept, or its clock was set, since.
    fn is_doubtful(&self) -> bool {
        let passed = local_now().timestamp_millis() - self.local_ms;
        (passed - elapsed_ms(self.at)).abs() > PARTED_MS
    }
}

#[derive(Debug, Default)]
struct State {
    reading: Option<Reading>,
    stale_at: Option<Instant>,
}

impl State {
    fn is_fresh(&self) -> bool {
        let doubtful = self.reading.is_some_and(|reading| reading.is_doubtful());
        !doubtful && self.stale_at.is_some_and(|at| Instant::now() < at)
    }
}

/// The server's clock, as far as this process knows it.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    state: Mutex<State>,
}

impl ServerClock {
    /// The server's time by the last measurement; our own before the first one.
    pub(crate) fn now(&self) -> DateTime {
        match lock(&self.state).reading {
            Some(reading) => DateTime::from_millis(reading.now_ms()),
            None => local_now(),
        }
    }

    /// The server's time, measured if it never was. For what must not rest on a clock of ours that
    /// may be an hour off.
    pub(crate) async fn measured_now(&self, db: &Database) -> Result<DateTime, Error> {
        self.keep_fresh(db).await;
        if lock(&self.state).reading.is_none() {
            self.take(measure(db).await?);
        }
        Ok(self.now())
    }

    /// Whether [`ServerClock::keep_fresh`] has nothing to do.
    pub(crate) fn is_fresh(&self) -> bool {
        lock(&self.state).is_fresh()
    }

    /// Measures if that was long ago. A failure leaves what is known.
    pub(crate) async fn keep_fresh(&self, db: &Database) {
        {
            let mut state = lock(&self.state);
            if state.is_fresh() {
                return;
            }
            // Whoever comes meanwhile uses what is known.
            state.stale_at = Some(Instant::now() + TRIED_AGAIN_AFTER);
            state.reading = state.reading.filter(|reading| !reading.is_doubtful());
        }
        if let Ok(measured) = measure(db).await {
            self.take(measured);
        }
    }

    fn take(&self, (reading, round_trip): (Reading, i64)) {
        let mut state = lock(&self.state);
        let known = state.reading.map(|known| known.now_ms() - reading.now_ms());
        if known.is_none_or(|difference| difference.abs() > NOISE_MS + round_trip) {
            state.reading = Some(reading);
        }
        state.stale_at = Some(Instant::now() + MEASURED_AGAIN_AFTER);
    }
}

async fn measure(db: &Database) -> Result<(Reading, i64), Error> {
    const OPERATION: &str = "ask the server for its time";
    let asked = Instant::now();
    let hello = run_command(db, HELLO_LIMIT, OPERATION, doc! { "hello": 1 }).await?;
    let server = hello
        .get_datetime("localTime")
        .map_err(|error| mongodb::error::Error::custom(error.to_string()))
        .context(OPERATION)?;
    let round_trip = elapsed_ms(asked);
    let reading = Reading {
        // What it was when the server answered: rather late than early, for a job in the future
        // would have to wait.
        server_ms: server.timestamp_millis(),
        local_ms: local_now().timestamp_millis(),
        at: Instant::now(),
    };
    Ok((reading, round_trip))
}

fn elapsed_ms(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(server_ms: i64) -> Reading {
        Reading {
            server_ms,
            local_ms: local_now().timestamp_millis(),
            at: Instant::now(),
        }
    }

    #[test]
    fn a_difference_within_the_round_trip_changes_nothing() {
        let clock = ServerClock::default();
        clock.take((reading(1_000_000), 3));
        clock.take((reading(1_000_007), 3));
        assert!(clock.now().timestamp_millis() < 1_000_007);
        clock.take((reading(1_060_000), 3));
        assert!(clock.now().timestamp_millis() >= 1_060_000);
    }

    #[test]
    fn a_wall_clock_that_was_set_makes_the_reading_doubtful() {
        let mut reading = reading(0);
        assert!(!reading.is_doubtful());
        reading.local_ms -= 3_600_000;
        assert!(reading.is_doubtful());
    }
}
