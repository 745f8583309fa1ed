//! Operations on many jobs: how far each is, and which process carries it out.

use super::{Store, StoreError};
use crate::id::OperationId;
use crate::operation::Operation;

impl Store {
    /// The operation with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_operation(&self, id: OperationId) -> Result<Option<Operation>, StoreError> {
        let _ = id;
        unimplemented!()
    }

    /// At most `limit` operations, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_operations(
        &self,
        after: Option<OperationId>,
        limit: i64,
    ) -> Result<Vec<Operation>, StoreError> {
        let _ = (after, limit);
        unimplemented!()
    }
}
