//! How long the audit is kept: a setting, and no part of the history.

use mongodb::Database;
use mongodb::bson::doc;

use crate::MigrationError;

/// How many days entries of the audit are kept unless another number is given.
pub const DEFAULT_RETENTION_DAYS: u64 = 400;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// From now on entries of the audit are removed by the database after `days`.
///
/// # Errors
///
/// [`MigrationError::Database`].
pub async fn keep_audit_for(database: &Database, days: u64) -> Result<(), MigrationError> {
    let seconds = i64::try_from(days.saturating_mul(DAY_SECONDS)).unwrap_or(i64::MAX);
    let change = doc! {
        "collMod": "audit",
        "index": { "name": "expiry", "expireAfterSeconds": seconds },
    };
    let changed = database.run_command(change).await;
    changed
        .map(drop)
        .map_err(MigrationError::database("set how long the audit is kept"))
}
