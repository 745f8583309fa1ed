//! How long the oldest ready job of a queue has been waiting.

use std::time::Duration;

use mongodb::Database;

use crate::config::Collections;
use crate::error::Error;
use crate::model::time;
use crate::queries::levels::levels;

/// How long the oldest ready job of `queue` has been due, by the server's clock; `None` when no
/// job is ready.
///
/// # Errors
///
/// When the database fails.
pub async fn oldest_ready_age(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<Option<Duration>, Error> {
    let levels = levels(&collections.jobs(db), queue).await?;
    let oldest = levels
        .iter()
        .map(|level| time::between(level.run_at, level.now))
        .max();
    // A job that is not due yet has a negative age.
    Ok(oldest
        .and_then(|millis| u64::try_from(millis).ok())
        .map(Duration::from_millis))
}
