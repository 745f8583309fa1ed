//! Goes on with an operation, or stops one.

use std::ops::ControlFlow;

use crate::id::OperationId;
use crate::operation::{Operation, Progress};
use crate::operations::OperationError;
use crate::store::Store;

/// [Carries out](super::carry_out) an operation that has stopped or whose process has died. What it has
/// changed already it does not change again. The failures from before do not count against its bound.
///
/// It waits until the process that carried it out has not been seen for 15 seconds, and is told of `watch`
/// from then on.
///
/// # Errors
///
/// As [`carry_out`](super::carry_out).
pub async fn resume(
    store: &Store,
    id: OperationId,
    watch: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Operation, OperationError> {
    let _ = (store, id, watch);
    unimplemented!()
}

/// Has whoever carries the operation out stop, within a second or two, for `reason`. Of one that nobody
/// carries out nothing changes but that it is stopped.
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
    let _ = (store, id, reason);
    unimplemented!()
}
