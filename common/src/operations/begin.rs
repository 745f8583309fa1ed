//! Begins an operation.

use crate::operation::{Operation, Order};
use crate::operations::OperationError;
use crate::store::Store;

/// Stores the operation and an entry of the audit. No job is changed before
/// [`carry_out`](super::carry_out).
///
/// # Errors
///
/// [`OperationError`]: an order that cannot be carried out, or the database.
pub async fn begin(store: &Store, order: Order) -> Result<Operation, OperationError> {
    let _ = (store, order);
    unimplemented!()
}
