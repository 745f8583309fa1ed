//! Deadlines of ours on the calls of the driver.

use std::time::Duration;

use mongodb::Database;
use mongodb::bson::Document;

use crate::error::{Context, Error};

/// The limit of a call that no worker's lease bounds.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(10);

/// Waits for `call` no longer than `limit`.
///
/// The server's own limits (`maxTimeMS`) do not help against a connection that has died without a
/// word. The call goes on in a task of its own, for driver futures must not be dropped half-way;
/// its late answer is discarded.
///
/// # Errors
///
/// The driver's, or [`Error::TimedOut`].
pub(crate) async fn within<T: Send + 'static>(
    limit: Duration,
    operation: &'static str,
    call: impl Future<Output = Result<T, mongodb::error::Error>> + Send + 'static,
) -> Result<T, Error> {
    all_within(
        limit,
        operation,
        async move { call.await.context(operation) },
    )
    .await
}

/// As [`within`], for several calls that belong together.
pub(crate) async fn all_within<T: Send + 'static>(
    limit: Duration,
    operation: &'static str,
    calls: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, tokio::spawn(calls)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Error::Stopped),
        Err(_) => Err(Error::TimedOut { operation, limit }),
    }
}

/// Runs a raw command within `limit`.
pub(crate) async fn run_command(
    db: &Database,
    limit: Duration,
    operation: &'static str,
    command: Document,
) -> Result<Document, Error> {
    let db = db.clone();
    within(
        limit,
        operation,
        async move { db.run_command(command).await },
    )
    .await
}

/// Runs a database operation to its end even if the caller's future is dropped.
pub(crate) async fn spawned<T: Send + 'static>(
    operation: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(operation).await.unwrap_or(Err(Error::Stopped))
}
