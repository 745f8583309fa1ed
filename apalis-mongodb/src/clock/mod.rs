//! The server's clock, as seen from here.
//!
//! Leases are compared by the server with `$$NOW`. Times that we write ourselves (when a new or
//! failed job may run, how long a new lease holds, when an attempt began and ended) are the server's
//! as well, so that a machine whose clock is wrong neither delays jobs nor loses them. Where the
//! server's time is not known yet, it is asked for; our own never takes its place.

mod local;
mod reading;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use mongodb::Database;
use mongodb::bson::DateTime;

pub(crate) use self::local::until_task_time;
pub(crate) use self::reading::{Reading, measure};
use crate::error::Error;
use crate::sync::lock;

/// A known time is measured again at least this often: a poor quartz (50 ppm) is half a millisecond
/// off by then.
const LONGEST_AGE: Duration = Duration::from_secs(15);
/// How long a server may take to tell its time again; what is known serves as well.
const AGAIN_LIMIT: Duration = Duration::from_secs(5);
/// How long it may take to tell it for the first time: the driver searches for a server for 30 s,
/// unless set otherwise.
const FIRST_LIMIT: Duration = Duration::from_secs(35);
/// A difference below this is noise of the measurement.
const NOISE_MS: i64 = 5;
/// A difference above this is a clock that was set, or another server's: NTP corrects smaller ones
/// by and by, and a lease of the shortest useful length outlasts them.
pub(crate) const STEP_MS: i64 = 1000;

/// The server's clock was set by so many milliseconds, or another server with another clock answers
/// now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Positive if it is later now than it would be.
    pub(crate) millis: i64,
}

impl Step {
    pub(crate) fn is_back(self) -> bool {
        self.millis < 0
    }
}

#[derive(Debug, Default)]
struct State {
    reading: Option<Reading>,
    stale_at: Option<Instant>,
}

impl State {
    fn is_fresh(&self) -> bool {
        self.usable().is_some() && self.stale_at.is_some_and(|at| Instant::now() < at)
    }

    fn usable(&self) -> Option<Reading> {
        self.reading.filter(|reading| !reading.is_doubtful())
    }
}

/// The server's clock, as far as this process knows it.
#[derive(Debug)]
pub(crate) struct ServerClock {
    state: Mutex<State>,
    /// One asks for the first time, the others wait. With the last failure and when that was.
    asking: tokio::sync::Mutex<Option<(Instant, Error)>>,
    age: Duration,
}

impl ServerClock {
    /// A clock that is measured again when the last reading is older than one and a half heartbeats, so
    /// that those of a worker keep it fresh, or than 15 s.
    pub(crate) fn new(heartbeat: Duration) -> Self {
        let age = heartbeat.saturating_mul(3) / 2;
        Self {
            state: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
            age: age.min(LONGEST_AGE),
        }
    }

    /// The last reading, if there is one.
    pub(crate) fn known(&self) -> Option<Reading> {
        lock(&self.state).usable()
    }

    /// A reading of the server's clock no older than this clock's age, measured now if there is none.
    /// An older one is good enough while the server does not answer.
    ///
    /// # Errors
    ///
    /// When it never was measured and cannot be.
    pub(crate) async fn reading(&self, db: &Database) -> Result<Reading, Error> {
        if let Some(reading) = self.fresh() {
            return Ok(reading);
        }
        self.keep_fresh(db).await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let came_at = Instant::now();
        let mut asking = self.asking.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        // Whoever waited for that shares it: otherwise the last of many waits for all before it.
        if let Some((failed_at, error)) = &*asking
            && came_at <= *failed_at
        {
            return Err(error.again());
        }
        match measure(db, FIRST_LIMIT).await {
            Ok(reading) => {
                self.observe(reading);
                Ok(reading)
            }
            Err(error) => {
                *asking = Some((Instant::now(), error.again()));
                Err(error)
            }
        }
    }

    /// The server's time by [`ServerClock::reading`].
    ///
    /// # Errors
    ///
    /// As [`ServerClock::reading`].
    pub(crate) async fn measured_now(&self, db: &Database) -> Result<DateTime, Error> {
        Ok(self.reading(db).await?.now())
    }

    fn fresh(&self) -> Option<Reading> {
        let state = lock(&self.state);
        state.is_fresh().then_some(state.reading).flatten()
    }

    /// Measures again what is known and old. A failure leaves it.
    async fn keep_fresh(&self, db: &Database) {
        {
            let mut state = lock(&self.state);
            if state.reading.is_none() || state.is_fresh() {
                return;
            }
            // Whoever comes meanwhile uses what is known.
            state.stale_at = Some(Instant::now() + self.age);
        }
        if let Ok(reading) = measure(db, AGAIN_LIMIT).await {
            self.observe(reading);
        }
    }

    /// Takes note of a reading, and tells whether it shows that the clock was set.
    pub(crate) fn observe(&self, reading: Reading) -> Option<Step> {
        let mut state = lock(&self.state);
        state.stale_at = Some(Instant::now() + self.age);
        let Some(known) = state.reading else {
            state.reading = Some(reading);
            return None;
        };
        let (millis, on_the_way) = known.difference(&reading);
        let explained = millis.saturating_abs().saturating_sub(on_the_way);
        state.reading = Some(if explained > NOISE_MS || reading.is_closer_than(&known) {
            reading
        } else {
            known.again()
        });
        (explained > STEP_MS).then_some(Step { millis })
    }
}

/// The server's time, asked for now: for questions about the state of a job, which depends on it.
///
/// # Errors
///
/// When the server does not answer.
pub(crate) async fn server_now(db: &Database) -> Result<DateTime, Error> {
    Ok(measure(db, FIRST_LIMIT).await?.now())
}

#[cfg(test)]
mod tests {
    use super::reading::tests::reading;
    use super::*;

    fn clock() -> ServerClock {
        ServerClock::new(LONGEST_AGE)
    }

    fn now_ms(clock: &ServerClock) -> i64 {
        clock.known().map_or(0, |it| it.now().timestamp_millis())
    }

    #[test]
    fn a_difference_within_the_round_trip_changes_nothing() {
        let clock = clock();
        clock.observe(reading(1_000_000, 3));
        clock.observe(reading(1_000_007, 3));
        assert!(now_ms(&clock) < 1_000_007);
        clock.observe(reading(1_000_060, 3));
        assert!(now_ms(&clock) >= 1_000_060);
    }

    #[test]
    fn a_clock_that_was_set_is_told_from_a_slow_answer() {
        let clock = clock();
        assert_eq!(clock.observe(reading(1_000_000, 0)), None);
        assert_eq!(clock.observe(reading(1_003_000, 3000)), None);
        let step = clock.observe(reading(1_063_000, 0)).expect("a step");
        assert!(!step.is_back() && step.millis > 59_000, "{step:?}");
        let step = clock.observe(reading(1_003_000, 0)).expect("a step");
        assert!(step.is_back() && step.millis < -59_000, "{step:?}");
    }

    #[test]
    fn a_clock_is_not_fresh_for_longer_than_its_age() {
        let clock = ServerClock::new(Duration::ZERO);
        clock.observe(reading(1_000_000, 0));
        assert!(clock.fresh().is_none());
        assert!(clock.known().is_some());
    }
}
