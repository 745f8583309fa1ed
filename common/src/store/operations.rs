//! Operations on many jobs: how far each is, and which process carries it out.
//!
//! A process carries one out as its *driver*, which is a name of its own. Every write of a driver is
//! conditional on that name, so that of two processes one is told that it is not the driver any more.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc, serialize_to_bson, serialize_to_document};
use mongodb::options::ReturnDocument;

use super::{OPERATION_LIMIT, Store, StoreError};
use crate::id::OperationId;
use crate::operation::{Operation, OperationState, SILENT_AFTER};

/// How long an operation is kept after it began; longer than a dead job.
const KEPT_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Longer reasons are cut.
const MAX_REASON_CHARS: usize = 500;

impl Store {
    /// Stores a new operation and returns it with its times, which are the server's.
    pub(crate) async fn insert_operation(
        &self,
        operation: &Operation,
    ) -> Result<Operation, StoreError> {
        let stored = serialize_to_document(operation).expect("it has a stored form");
        let times = doc! {
            "started_at": "$$NOW",
            "touched_at": "$$NOW",
            "expire_at": { "$add": ["$$NOW", millis(KEPT_FOR)] },
        };
        let whole = doc! { "$mergeObjects": [{ "$literal": stored }, times] };
        let write = self
            .collections
            .operations
            .find_one_and_update(
                doc! { "_id": operation.id },
                vec![doc! { "$replaceWith": whole }],
            )
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT);
        let written = write.await;
        let written = written.map_err(StoreError::database("store an operation"))?;
        Ok(written.expect("an upsert returns what it wrote"))
    }

    /// The operation with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_operation(&self, id: OperationId) -> Result<Option<Operation>, StoreError> {
        self.collections
            .operations
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an operation"))
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
        const OPERATION: &str = "list operations";
        let filter = after.map_or_else(Document::new, |after| doc! { "_id": { "$lt": after } });
        let found = self.collections.operations.find(filter);
        let found = found.sort(doc! { "_id": -1 }).limit(limit);
        let found = found.max_time(OPERATION_LIMIT).await;
        let found = found.map_err(StoreError::database(OPERATION))?;
        let found = found.try_collect().await;
        found.map_err(StoreError::database(OPERATION))
    }

    /// Makes `driver` the one who carries the operation out, unless another one does or it is done. With
    /// `seen` it must go on as it was seen to: nobody has stopped it since.
    pub(crate) async fn take_operation(
        &self,
        id: OperationId,
        driver: &str,
        seen: Option<&Operation>,
    ) -> Result<Option<Operation>, StoreError> {
        let mut filter = doc! { "_id": id, "state": { "$ne": OperationState::Done.as_str() } };
        filter.extend(undriven());
        if let Some(seen) = seen {
            filter.insert("state", OperationState::Running.as_str());
            filter.insert("stop_reason", seen.stop_reason.clone());
        }
        let set = doc! {
            "driver": { "$literal": driver },
            "drives": { "$add": [{ "$ifNull": ["$drives", 0] }, 1] },
            "state": OperationState::Running.as_str(),
            "reason": Bson::Null,
            "stop_reason": Bson::Null,
            "finished_at": Bson::Null,
            "touched_at": "$$NOW",
        };
        self.change_operation(filter, set, "take over an operation")
            .await
    }

    /// Stores how far the operation is, and that its driver lives; `None` when it is another's by now.
    pub(crate) async fn save_operation(
        &self,
        operation: &Operation,
        driver: &str,
    ) -> Result<Option<Operation>, StoreError> {
        let filter = doc! { "_id": operation.id, "driver": driver };
        self.change_operation(filter, reached(operation), "store how far an operation is")
            .await
    }

    /// Stores that the operation has come to its end or stopped, and nobody carries it out any more;
    /// `None` when it is another's by now.
    pub(crate) async fn end_operation(
        &self,
        operation: &Operation,
        driver: &str,
        state: OperationState,
        reason: Option<&str>,
    ) -> Result<Option<Operation>, StoreError> {
        let filter = doc! { "_id": operation.id, "driver": driver };
        let mut set = reached(operation);
        set.extend(ended(state, reason));
        self.change_operation(filter, set, "store the end of an operation")
            .await
    }

    /// Has the driver of the operation stop; if it has none, the operation is stopped. `None` when it does
    /// not go on anyway.
    pub(crate) async fn stop_operation(
        &self,
        id: OperationId,
        reason: &str,
    ) -> Result<Option<Operation>, StoreError> {
        const OPERATION: &str = "stop an operation";
        let running = doc! { "_id": id, "state": OperationState::Running.as_str() };
        let mut without_driver = running.clone();
        without_driver.extend(undriven());
        let set = ended(OperationState::Stopped, Some(reason));
        let stopped = self
            .change_operation(without_driver, set, OPERATION)
            .await?;
        if stopped.is_some() {
            return Ok(stopped);
        }
        let set = doc! { "stop_reason": { "$literal": cut(reason) } };
        self.change_operation(running, set, OPERATION).await
    }

    async fn change_operation(
        &self,
        filter: Document,
        set: Document,
        operation: &'static str,
    ) -> Result<Option<Operation>, StoreError> {
        self.collections
            .operations
            .find_one_and_update(filter, vec![doc! { "$set": set }])
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database(operation))
    }
}

/// Which operations no living process carries out.
fn undriven() -> Document {
    let silent_since = doc! { "$subtract": ["$$NOW", millis(SILENT_AFTER)] };
    doc! { "$or": [
        { "driver": Bson::Null },
        { "$expr": { "$lt": ["$touched_at", silent_since] } },
    ] }
}

fn reached(operation: &Operation) -> Document {
    let counts = serialize_to_bson(&operation.counts).expect("they have a stored form");
    doc! {
        "counts": { "$literal": counts },
        "cursor": { "$literal": operation.cursor.clone() },
        "deleting": { "$literal": operation.deleting.clone() },
        "touched_at": "$$NOW",
    }
}

fn ended(state: OperationState, reason: Option<&str>) -> Document {
    doc! {
        "state": state.as_str(),
        "reason": { "$literal": reason.map(cut) },
        "driver": Bson::Null,
        "finished_at": "$$NOW",
        "touched_at": "$$NOW",
    }
}

fn cut(reason: &str) -> String {
    reason.chars().take(MAX_REASON_CHARS).collect()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
