//! The server's clock, as seen from here.
//!
//! Leases are judged by the server with `$$NOW`. Times that we write ourselves (when a new or
//! failed job may run) are corrected by the difference of the clocks, so that a machine whose
//! clock is ahead does not delay its jobs.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use mongodb::Database;
use mongodb::bson::{DateTime, doc};

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
/// A difference below this is noise of the measurement.
const NOISE_MS: i64 = 5;

#[derive(Debug, Default)]
struct Offset {
    millis: i64,
    stale_at: Option<Instant>,
}

/// What must be added to our clock to get the server's.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    offset: Mutex<Offset>,
}

impl ServerClock {
    /// The server's time by the last measurement.
    pub(crate) fn now(&self) -> DateTime {
        let offset = lock(&self.offset).millis;
        DateTime::from_millis(local_now().timestamp_millis().saturating_add(offset))
    }

    /// Measures if that was long ago. A failure leaves what is known.
    pub(crate) async fn keep_fresh(&self, db: &Database) {
        let now = Instant::now();
        {
            let mut offset = lock(&self.offset);
            if offset.stale_at.is_some_and(|at| now < at) {
                return;
            }
            // Whoever comes meanwhile uses what is known.
            offset.stale_at = Some(now + TRIED_AGAIN_AFTER);
        }
        if let Some(millis) = measure(db).await {
            *lock(&self.offset) = Offset {
                millis,
                stale_at: Some(Instant::now() + MEASURED_AGAIN_AFTER),
            };
        }
    }
}

async fn measure(db: &Database) -> Option<i64> {
    let asked = Instant::now();
    let before = local_now().timestamp_millis();
    let hello = db.run_command(doc! { "hello": 1 }).await.ok()?;
    let round_trip = i64::try_from(asked.elapsed().as_millis()).ok()?;
    let server = hello.get_datetime("localTime").ok()?.timestamp_millis();
    Some(denoised(server - (before + round_trip / 2), round_trip))
}

fn denoised(offset: i64, round_trip: i64) -> i64 {
    if offset.abs() <= NOISE_MS + round_trip {
        0
    } else {
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_within_the_round_trip_is_none() {
        assert_eq!(denoised(-7, 3), 0);
        assert_eq!(denoised(60_000, 3), 60_000);
    }
}
