//! Enqueuing inside a transaction.

use apalis_core::backend::codec::Codec;
use apalis_core::error::BoxDynError;
use mongodb::ClientSession;

use super::MongoStorage;
use crate::codec::{BsonCodec, MongoCompact};
use crate::enqueued::Enqueued;
use crate::error::Error;
use crate::new_job::NewJob;
use crate::queries::{enqueue, enqueue_all};

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

    /// Enqueues a job. If another job holds its unique or idempotency key, nothing is enqueued, that
    /// job is returned, which is not new, and the transaction stays good. A job that was pushed in
    /// the same transaction before is such a job, too.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidQueueName`] and [`Error::InvalidConfig`], as [`Config::validate`].
    /// - [`Error::Codec`] when the payload cannot be encoded.
    /// - [`Error::MissingIndex`] for a job with a key that no index keeps unique.
    /// - [`Error::KeyContention`] when the job that holds its key is gone meanwhile.
    /// - [`Error::NotReplicaSet`] on a standalone server.
    /// - [`Error::TimedOut`] when the server does not tell its time.
    /// - [`Error::Database`] when the database fails. If its source has the label
    ///   `TransientTransactionError`, try the whole transaction again.
    ///
    /// [`Config::validate`]: crate::Config::validate
    pub async fn push(&mut self, job: impl Into<NewJob<Args>>) -> Result<Enqueued, Error> {
        let now = self.storage.server_now().await?;
        let document = self.storage.document(job.into(), now)?;
        let jobs = self.storage.config.collections.jobs(&self.storage.db);
        let only = std::slice::from_ref(&document);
        self.storage.keys.check(&jobs, only).await?;
        enqueue::in_transaction(&jobs, document, self.session).await
    }

    /// As [`SessionSink::push`] for each of `jobs`, with a few commands for all of them: thousands fit into
    /// the minute that a transaction may take.
    ///
    /// # Errors
    ///
    /// As [`SessionSink::push`].
    pub async fn push_all(
        &mut self,
        jobs: impl IntoIterator<Item = NewJob<Args>>,
    ) -> Result<Vec<Enqueued>, Error> {
        let now = self.storage.server_now().await?;
        let documents = jobs
            .into_iter()
            .map(|job| self.storage.document(job, now))
            .collect::<Result<Vec<_>, _>>()?;
        let jobs = self.storage.config.collections.jobs(&self.storage.db);
        self.storage.keys.check(&jobs, &documents).await?;
        enqueue_all::in_transaction(&jobs, &documents, self.session).await
    }
}
