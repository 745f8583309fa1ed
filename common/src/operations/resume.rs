//! Goes on with an operation, or stops one.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::OperationError;
use super::driver::Driver;
use super::run::Run;
use crate::id::OperationId;
use crate::operation::{Initiator, Operation, OperationState, Progress};
use crate::store::Store;

/// A process that has died is taken for dead within this time.
const WAIT_FOR: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_millis(500);

/// [Carries out](super::carry_out()) an operation that has stopped or whose process has died. What it has
/// changed already it does not change again. The failures from before do not count against its bound.
///
/// The audit names `by`, who has it go on; not when it cannot.
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
    by: &Initiator,
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
    // Before a step: nothing is done that the audit does not know of.
    let recorded = record(store, &driver.operation, "resumed", by).await;
    if let Err(error) = recorded {
        let reason = error.to_string();
        // The error that was first tells more; without this the operation is silent and can be resumed.
        let _ = driver.end(OperationState::Stopped, Some(&reason)).await;
        return Err(error);
    }
    Run::new(driver).until_over(watch).await
}

/// Has whoever carries the operation out stop, within a second or two, and the audit name `by`, who wants it.
/// One that nobody carries out is stopped at once, and one that has stopped stays as it is.
///
/// # Errors
///
/// [`OperationError::NotFound`], [`OperationError::Done`], and [`OperationError::Store`] when the database
/// fails.
pub async fn stop(
    store: &Store,
    id: OperationId,
    by: &Initiator,
) -> Result<Operation, OperationError> {
    let operation = find_undone(store, id).await?;
    if operation.state == OperationState::Stopped {
        return Ok(operation);
    }
    record(store, &operation, "stopped", by).await?;
    let reason = format!("stopped by {by}");
    match store.stop_operation(id, &reason).await? {
        Some(operation) => Ok(operation),
        // It has come to its end, or stopped, meanwhile.
        None => find_undone(store, id).await,
    }
}

async fn find_undone(store: &Store, id: OperationId) -> Result<Operation, OperationError> {
    match store.find_operation(id).await? {
        None => Err(OperationError::NotFound(id)),
        Some(operation) if operation.is_done() => Err(OperationError::Done(id)),
        Some(operation) => Ok(operation),
    }
}

/// Stores in the audit that `by` has resumed or stopped the operation: `what`.
async fn record(
    store: &Store,
    operation: &Operation,
    what: &str,
    by: &Initiator,
) -> Result<(), OperationError> {
    let (id, words, named) = (operation.id, &operation.words, by.in_detail());
    let detail = format!("{what} operation {id}: {words}{named}");
    let entry = by.entry(operation.verb.act()).about(id);
    Ok(store.record(entry.with_detail(&detail)).await?)
}
