//! Pauses and resumes queues.

use mongodb::bson::doc;
use mongodb::options::{UpdateModifications, WriteConcern};

use super::Operator;
use crate::config::validate_queue_name;
use crate::error::{Context, Error};
use crate::model::field as f;

impl Operator {
    /// Keeps workers from taking jobs of `queue`; those they hold are finished. Workers notice
    /// within two seconds, at once with a change stream. One that is paused already stays so since
    /// the first time.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQueueName`], and [`Error::Database`] when the database fails.
    pub async fn pause_queue(&self, queue: &str) -> Result<(), Error> {
        let first = doc! { "$ifNull": ["$paused_at", "$$NOW"] };
        let at = doc! { "$cond": [{ "$eq": ["$paused", true] }, first, "$$NOW"] };
        let pause = doc! { "$set": { "paused": true, "paused_at": at } };
        self.change_queue(queue, vec![pause], "pause a queue").await
    }

    /// Lets workers take jobs of `queue` again.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQueueName`], and [`Error::Database`] when the database fails.
    pub async fn resume_queue(&self, queue: &str) -> Result<(), Error> {
        let resume = doc! { "$set": { "paused": false }, "$unset": { "paused_at": "" } };
        self.change_queue(queue, resume, "resume a queue").await
    }

    pub(super) async fn change_queue(
        &self,
        queue: &str,
        update: impl Into<UpdateModifications>,
        operation: &'static str,
    ) -> Result<(), Error> {
        validate_queue_name(queue)?;
        self.collections
            .queues(&self.db)
            .update_one(doc! { f::ID: queue }, update)
            .upsert(true)
            .write_concern(WriteConcern::majority())
            .await
            .context(operation)?;
        Ok(())
    }
}
