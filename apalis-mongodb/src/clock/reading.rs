//! The server's clock, read once.

use std::time::{Duration, Instant};

use mongodb::Database;
use mongodb::bson::{DateTime, doc};

use super::local;
use crate::deadline::run_command;
use crate::error::{Context, Error};

/// This machine's clock and the monotonic one part by so much only when the machine sleeps or its
/// clock is set; corrections by NTP are a thousand times slower.
const PARTED_MS: i64 = 1000;

/// The server's time at a moment. It goes on by our monotonic clock, which nobody sets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    server_ms: i64,
    local_ms: i64,
    read_at: Instant,
    /// How long the question took, by which the reading may be late.
    round_trip: Duration,
}

impl Reading {
    /// A reply to a question of `asked_at` said that it was `server` then.
    pub(crate) fn of_reply(server: DateTime, asked_at: Instant) -> Self {
        let read_at = Instant::now();
        Self {
            // What it was when the server answered: rather late than early, for a job in the future
            // would have to wait.
            server_ms: server.timestamp_millis(),
            local_ms: local::now_ms(),
            read_at,
            round_trip: read_at - asked_at,
        }
    }

    /// The server's time now.
    pub(crate) fn now(&self) -> DateTime {
        self.at(Instant::now())
    }

    /// The server's time at `moment`, which may be before the reading.
    pub(crate) fn at(&self, moment: Instant) -> DateTime {
        let since = millis(moment.saturating_duration_since(self.read_at));
        let before = millis(self.read_at.saturating_duration_since(moment));
        let server_ms = self.server_ms.saturating_add(since).saturating_sub(before);
        DateTime::from_millis(server_ms)
    }

    /// The time that has passed since.
    pub(super) fn age(&self) -> Duration {
        self.read_at.elapsed()
    }

    /// How many milliseconds `later` is ahead of what this reading would have said, and how many of
    /// them the time on the way explains.
    pub(super) fn difference(&self, later: &Self) -> (i64, i64) {
        let expected = self.at(later.read_at).timestamp_millis();
        let on_the_way = millis(self.round_trip.max(later.round_trip));
        (later.server_ms.saturating_sub(expected), on_the_way)
    }

    /// Whether less time passed on the way than for `other`.
    pub(super) fn is_closer_than(&self, other: &Self) -> bool {
        self.round_trip < other.round_trip
    }

    /// The same time, read now.
    pub(super) fn again(&self) -> Self {
        let read_at = Instant::now();
        Self {
            server_ms: self.at(read_at).timestamp_millis(),
            local_ms: local::now_ms(),
            read_at,
            round_trip: self.round_trip,
        }
    }

    /// Whether the machine slept, or its clock was set, since.
    pub(super) fn is_doubtful(&self) -> bool {
        let passed = local::now_ms().saturating_sub(self.local_ms);
        (passed.saturating_sub(millis(self.age()))).saturating_abs() > PARTED_MS
    }
}

/// Asks the server for its time; it may take `limit`.
pub(crate) async fn measure(db: &Database, limit: Duration) -> Result<Reading, Error> {
    const OPERATION: &str = "ask the server for its time";
    let asked_at = Instant::now();
    let hello = run_command(db, limit, OPERATION, doc! { "hello": 1 }).await?;
    let server = hello
        .get_datetime("localTime")
        .map_err(|error| mongodb::error::Error::custom(error.to_string()))
        .context(OPERATION)?;
    Ok(Reading::of_reply(*server, asked_at))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A reading of now that took `round_trip_ms`.
    pub(in crate::clock) fn reading(server_ms: i64, round_trip_ms: u64) -> Reading {
        Reading {
            server_ms,
            local_ms: local::now_ms(),
            read_at: Instant::now(),
            round_trip: Duration::from_millis(round_trip_ms),
        }
    }

    #[test]
    fn a_wall_clock_that_was_set_makes_the_reading_doubtful() {
        let mut reading = reading(0, 0);
        assert!(!reading.is_doubtful());
        reading.local_ms -= 3_600_000;
        assert!(reading.is_doubtful());
        assert!(!reading.again().is_doubtful());
    }

    #[test]
    fn a_moment_before_the_reading_has_an_earlier_time() {
        let reading = reading(1_000_000, 0);
        let before = reading.read_at - Duration::from_secs(5);
        assert_eq!(reading.at(before).timestamp_millis(), 995_000);
    }
}
