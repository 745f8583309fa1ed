//! Waiting for the lock.

use std::time::Duration;

use mongodb::Database;
use tokio::time::{Instant, sleep};

use crate::{Event, MigrationError, migrate};

/// The pause between two attempts to take the lock.
const PAUSE: Duration = Duration::from_millis(500);

/// [`migrate`], as soon as no other process holds the lock. `waiting` gets
/// [`MigrationError::Locked`] after every attempt that found it held.
///
/// # Errors
///
/// Those of [`migrate`]; [`MigrationError::Locked`] when the lock is still held after `limit`.
pub async fn migrate_when_free(
    database: &Database,
    limit: Duration,
    mut waiting: impl FnMut(&MigrationError),
    mut report: impl FnMut(Event<'_>),
) -> Result<usize, MigrationError> {
    let deadline = Instant::now() + limit;
    loop {
        match migrate(database, &mut report).await {
            Err(error @ MigrationError::Locked { .. }) if Instant::now() < deadline => {
                waiting(&error);
                sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}
