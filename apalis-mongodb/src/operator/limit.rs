//! Limits queues.

use mongodb::bson::doc;

use super::{Operator, QueueLimits};
use crate::config::validate_queue_name;
use crate::error::Error;
use crate::server::Server;

impl Operator {
    /// Limits `queue` over all its workers, which notice within two seconds, at once with a change
    /// stream. `QueueLimits::default()` lifts its limits.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use apalis_mongodb::{QueueLimits, Rate};
    /// # async fn limit(operator: apalis_mongodb::Operator) -> Result<(), apalis_mongodb::Error> {
    /// let limits = QueueLimits {
    ///     rate: Some(Rate { starts: 100, per: Duration::from_secs(60) }),
    ///     ..QueueLimits::default()
    /// };
    /// operator.set_queue_limits("send-email", limits).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidQueueName`].
    /// - [`Error::InvalidRate`].
    /// - [`Error::NotReplicaSet`] for [`QueueLimits::max_running`] on a standalone server: what was
    ///   counted there may be lost with it.
    /// - [`Error::Database`] when the database fails.
    /// - [`Error::TimedOut`] when it does not say within 35 s what it is.
    /// - [`Error::Stopped`] when the runtime is shut down meanwhile.
    pub async fn set_queue_limits(&self, queue: &str, limits: QueueLimits) -> Result<(), Error> {
        validate_queue_name(queue)?;
        if let Some(rate) = limits.rate {
            rate.validate()?;
        }
        if limits.max_running.is_some() && !Server::ask(&self.db).await?.is_replicated() {
            return Err(Error::NotReplicaSet);
        }
        let update = doc! { "$set": { "limits": limits.to_stored() }, "$unset": { "bucket": "" } };
        self.change_queue(queue, update, "limit a queue").await
    }
}
