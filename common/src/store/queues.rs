//! Queues and those who take jobs from them, for those who operate the service.

use apalis_mongodb::QueueLimits;
use apalis_mongodb::operator::{QueueRecord, WorkerRecord};
use mongodb::bson::DateTime;

use super::{Store, StoreError};
use crate::queue::QueueName;

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

    /// Whether there is a queue called `name`: one of this version, or another one that has jobs, a worker or a
    /// setting, as after a return to an older version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn has_queue(&self, name: &str) -> Result<bool, StoreError> {
        if name.parse::<QueueName>().is_ok() {
            return Ok(true);
        }
        let queues = self.list_queues().await?;
        Ok(queues.iter().any(|queue| queue.name == name))
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

    /// Keeps workers from taking jobs of `queue`; those they hold are finished.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn pause_queue(&self, queue: &str) -> Result<(), StoreError> {
        let paused = self.queue_operator().pause_queue(queue).await;
        paused.map_err(StoreError::queue("pause a queue"))
    }

    /// Lets workers take jobs of `queue` again, whether it was paused or parked. What has parked it does so again where
    /// jobs go on failing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn resume_queue(&self, queue: &str) -> Result<(), StoreError> {
        let operator = self.queue_operator();
        let resumed = operator.resume_queue(queue).await;
        resumed.map_err(StoreError::queue("resume a queue"))?;
        let unparked = operator.unpark_queue(queue).await;
        unparked.map_err(StoreError::queue("resume a queue"))
    }

    /// Limits `queue` over all its workers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn limit_queue(&self, queue: &str, limits: QueueLimits) -> Result<(), StoreError> {
        let operator = self.queue_operator();
        let limited = operator.set_queue_limits(queue, limits).await;
        limited.map_err(StoreError::queue("limit a queue"))
    }

    /// The time by the database's clock.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn server_time(&self) -> Result<DateTime, StoreError> {
        let now = self.queue_operator().server_time().await;
        now.map_err(StoreError::queue("ask the database for its time"))
    }
}
