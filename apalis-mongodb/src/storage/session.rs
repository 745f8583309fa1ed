//! Enqueuing inside a transaction.

use apalis_core::backend::codec::Codec;
use apalis_core::error::BoxDynError;
use apalis_core::task::task_id::TaskId;
use mongodb::ClientSession;

use super::MongoStorage;
use crate::codec::{BsonCodec, MongoCompact};
use crate::error::Error;
use crate::new_job::NewJob;
use crate::queries::enqueue;

/// Enqueues inside the caller's transaction; see [`MongoStorage::with_session`].
#[derive(Debug)]
pub struct SessionSink<'s, Args, C = BsonCodec> {
    storage: &'s MongoStorage<Args, C>,
    session: &'s mut ClientSession,
}

impl<'s, Args, C> SessionSink<'s, Args, C>
where
    C: Codec<Args>,
    C::Compact: MongoCompact,
    C::Error: Into<BoxDynError>,
{
    pub(super) fn new(storage: &'s MongoStorage<Args, C>, session: &'s mut ClientSession) -> Self {
        Self { storage, session }
    }

    /// Enqueues a job and returns its id. If another job holds its unique or idempotency key,
    /// nothing is enqueued, that job's id is returned, and the transaction stays good.
    ///
    /// # Errors
    ///
    /// When the payload cannot be encoded or the database fails; errors with the label
    /// `TransientTransactionError` mean that the whole transaction is to be tried again.
    /// [`Error::NotReplicaSet`] on a standalone server. [`Error::MissingIndex`] for a job with a key
    /// that no index keeps unique.
    pub async fn push(&mut self, job: impl Into<NewJob<Args>>) -> Result<TaskId, Error> {
        let now = self.storage.server_now().await?;
        let document = self.storage.document(job.into(), now)?;
        let jobs = self.storage.config.collections.jobs(&self.storage.db);
        let only = std::slice::from_ref(&document);
        self.storage.keys.check(&jobs, only).await?;
        let id = enqueue::in_transaction(&jobs, document, self.session).await?;
        Ok(TaskId::from_string(id))
    }

    /// As [`SessionSink::push`] for each of `jobs`.
    ///
    /// # Errors
    ///
    /// As [`SessionSink::push`].
    pub async fn push_all(
        &mut self,
        jobs: impl IntoIterator<Item = NewJob<Args>>,
    ) -> Result<Vec<TaskId>, Error> {
        let mut ids = Vec::new();
        for job in jobs {
            ids.push(self.push(job).await?);
        }
        Ok(ids)
    }
}
