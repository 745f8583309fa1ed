//! Queues and those who take jobs from them, for those who operate the service.

use apalis_mongodb::operator::{QueueRecord, WorkerRecord};

use super::{Store, StoreError};

impl Store {
    /// Every queue that has jobs, a worker or a setting.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn list_queues(&self) -> Result<Vec<QueueRecord>, StoreError> {
        let queues = self.queue_operator().list_queues().await;
        queues.map_err(StoreError::queue("list queues"))
    }

    /// Those that take jobs of every queue, or of the one asked for.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn list_workers(&self, queue: Option<&str>) -> Result<Vec<WorkerRecord>, StoreError> {
        let workers = self.queue_operator().list_workers(queue).await;
        workers.map_err(StoreError::queue("list workers"))
    }
}
