//! Waiting for a condition, with a deadline.

use std::time::Duration;

use tokio::time::Instant;

/// No condition of a test may take longer, where nothing else is said.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// So often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks until `look` finds something.
///
/// # Panics
///
/// When that takes longer than [`PATIENCE`]; `what` says what was waited for.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, look).await
}

/// As [`eventually`], with a time limit of the caller's.
///
/// # Panics
///
/// When it takes longer than `limit`.
pub async fn eventually_within<T>(
    limit: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not within {limit:?}: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
