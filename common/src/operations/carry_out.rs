//! Carries an operation out.

use std::ops::ControlFlow;

use super::OperationError;
use super::driver::Driver;
use super::run::Run;
use crate::operation::{Operation, Progress};
use crate::store::Store;

/// Carries `operation` out, from where it is, and returns it as it is then: done, or stopped for a reason.
///
/// `watch` is called after each step and at least once a second; with `ControlFlow::Break` the operation
/// stops there and can be resumed. It also stops by itself, when too much fails
/// ([`FailureBound`](crate::operation::FailureBound)), when the queue of its jobs is parked, and when somebody asks for it ([`stop`](super::stop)).
/// A database that has no primary is waited for, for 30 seconds.
///
/// The future must not be dropped half-way; spawn it where a client may go away.
///
/// # Errors
///
/// - [`OperationError::Driven`] when another process carries it out.
/// - [`OperationError::Done`] when there is nothing left to do.
/// - [`OperationError::NotFound`] when it is gone.
/// - [`OperationError::Store`] when the database fails. What was done is done, and the operation is stopped
///   if that can still be stored.
pub async fn carry_out(
    store: &Store,
    operation: Operation,
    watch: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Operation, OperationError> {
    let driver = Driver::take(store, operation.id, None).await?;
    Run::new(driver).until_over(watch).await
}
