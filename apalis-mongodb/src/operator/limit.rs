//! Limits queues.

use mongodb::bson::doc;
use mongodb::options::{ReturnDocument, WriteConcern};

use super::{LimitsChange, Operator, QueueLimits};
use crate::config::validate_queue_name;
use crate::error::{Context, Error};
use crate::model::field as f;
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
        self.check_limits(queue, &limits).await?;
        let update = doc! { "$set": { "limits": limits.to_stored() }, "$unset": { "bucket": "" } };
        self.change_queue(queue, update, "limit a queue").await
    }

    /// Changes what `change` names of the limits of `queue`, as [`set_queue_limits`](Self::set_queue_limits)
    /// does, and leaves the rest as it is, also where others change that at the same time. Its limits
    /// before, and then.
    ///
    /// # Errors
    ///
    /// Those of [`set_queue_limits`](Self::set_queue_limits).
    pub async fn change_queue_limits(
        &self,
        queue: &str,
        change: LimitsChange,
    ) -> Result<[QueueLimits; 2], Error> {
        self.check_limits(queue, &change.of(QueueLimits::default()))
            .await?;
        let is_object = doc! { "$eq": [{ "$type": "$limits" }, "object"] };
        let known = doc! { "$cond": [is_object, "$limits", {}] };
        let changed = doc! { "$literal": change.to_stored() };
        let mut update = vec![doc! { "$set": {
            "limits": { "$mergeObjects": [known, changed] },
        } }];
        if change.rate.is_some() {
            update.push(doc! { "$unset": "bucket" });
        }
        let before = self
            .collections
            .queues(&self.db)
            .find_one_and_update(doc! { f::ID: queue }, update)
            .upsert(true)
            .return_document(ReturnDocument::Before)
            .projection(doc! { "limits": 1 })
            .write_concern(WriteConcern::majority())
            .await
            .context("limit a queue")?;
        let before = before
            .as_ref()
            .and_then(|queue| queue.get("limits"))
            .and_then(QueueLimits::from_stored)
            .unwrap_or_default();
        Ok([before, change.of(before)])
    }

    async fn check_limits(&self, queue: &str, limits: &QueueLimits) -> Result<(), Error> {
        validate_queue_name(queue)?;
        if let Some(rate) = limits.rate {
            rate.validate()?;
        }
        if limits.max_running.is_some() && !Server::ask(&self.db).await?.is_replicated() {
            return Err(Error::NotReplicaSet);
        }
        Ok(())
    }
}
