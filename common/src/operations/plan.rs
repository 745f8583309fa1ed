//! What an order would do.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::operation::Order;
use crate::operations::OperationError;
use crate::store::Store;

/// What an order would do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// How many jobs would be changed.
    pub matched: u64,
    /// All jobs that are selected, by their state, those that would be left alone included.
    pub states: BTreeMap<String, u64>,
}

/// What `order` would do now; nothing is changed.
///
/// # Errors
///
/// [`OperationError`]: an order that cannot be carried out, or the database.
pub async fn plan(store: &Store, order: &Order) -> Result<Plan, OperationError> {
    let _ = (store, order);
    unimplemented!()
}
