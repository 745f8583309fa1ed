//! Goes on with an operation, or stops one.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::OperationError;
use super::driver::Driver;
use super::run::Run;
use crate::id::OperationId;
use crate::operation::{Operation, Progress};
use crate::store::Store;

/// A process that has died is taken for dead within this time.
const WAIT_FOR: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_millis(500);

/// [Carries out](super::carry_out()) an operation that has stopped or whose process has died. What it has
/// changed already it does not change again. The failures from before do not count against its bound.
///
/// It waits until the process that carried it out has not been seen for 15 seconds, and `watch` is told from
/// then on.
///
/// # Errors
///
/// As [`carry_out`](super::carry_out()), and [`OperationError::Stopped`] when that process stops meanwhile.
pub async fn resume(
    store: &Store,
    id: OperationId,
    watch: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Operation, OperationError> {
    let deadline = Instant::now() + WAIT_FOR;
    let mut seen = None;
    let driver = loop {
        match Driver::take(store, id, seen.as_ref()).await {
            Err(OperationError::Driven(_)) if Instant::now() < deadline => {}
            taken => break taken?,
        }
        if seen.is_none() {
            seen = store.find_operation(id).await?;
        }
        sleep(ASK_EVERY).await;
    };
    Run::new(driver).until_over(watch).await
}

/// Has whoever carries the operation out stop, within a second or two, for `reason`. One that nobody
/// carries out is stopped at once, and one that has stopped stays as it is.
///
/// # Errors
///
/// [`OperationError::NotFound`], [`OperationError::Done`], and [`OperationError::Store`] when the database
/// fails.
pub async fn stop(
    store: &Store,
    id: OperationId,
    reason: &str,
) -> Result<Operation, OperationError> {
    if let Some(operation) = store.stop_operation(id, reason).await? {
        return Ok(operation);
    }
    match store.find_operation(id).await? {
        None => Err(OperationError::NotFound(id)),
        Some(operation) if operation.is_done() => Err(OperationError::Done(id)),
        Some(operation) => Ok(operation),
    }
}
