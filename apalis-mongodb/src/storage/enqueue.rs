//! Enqueuing.

use apalis_core::backend::codec::Codec;
use apalis_core::error::BoxDynError;
use mongodb::ClientSession;
use mongodb::bson::{Bson, DateTime, Document};

use super::{MongoStorage, SessionSink};
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::enqueued::Enqueued;
use crate::error::Error;
use crate::metrics;
use crate::new_job::NewJob;
use crate::queries::{enqueue, new_document};

impl<Args, C> MongoStorage<Args, C>
where
    C: Codec<Args>,
    C::Compact: MongoCompact,
    C::Error: Into<BoxDynError>,
{
    /// Enqueues a job and returns once a majority of the servers has it. If another job holds its
    /// unique or idempotency key, nothing is enqueued, and that job is returned, which is not new.
    ///
    /// Jobs that are enqueued at the same time through one storage or its clones go to the server
    /// together. The write goes on if the caller's future is dropped.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidQueueName`] and [`Error::InvalidConfig`], as [`Config::validate`].
    /// - [`Error::Codec`] when the payload cannot be encoded.
    /// - [`Error::DuplicateId`] when the job was given an id that another one has, and
    ///   [`Error::IdTooLong`] when it is longer than 1024 bytes.
    /// - [`Error::MissingIndex`] for a job with a key that no index keeps unique.
    /// - [`Error::KeyContention`] when the job that holds its key changes again and again meanwhile.
    /// - [`Error::Database`] when the database fails.
    /// - [`Error::TimedOut`] when it does not answer; whether the job is enqueued is not known.
    /// - [`Error::Stopped`] when the runtime ends.
    ///
    /// [`Config::validate`]: crate::Config::validate
    pub async fn enqueue(&self, job: impl Into<NewJob<Args>>) -> Result<Enqueued, Error> {
        let now = self.server_now().await?;
        let document = self.document(job.into(), now)?;
        self.insert(document).await
    }

    /// As [`MongoStorage::enqueue`] for many jobs, with few commands; returns what came of each, in
    /// their order. If several have the same key and it is free, the first one is new. Not atomic:
    /// after an error some of them may be enqueued. Use a transaction or idempotency keys if that
    /// matters.
    ///
    /// # Errors
    ///
    /// As [`MongoStorage::enqueue`]. When a payload cannot be encoded or an index is missing, none is
    /// enqueued.
    pub async fn enqueue_many(
        &self,
        jobs: impl IntoIterator<Item = NewJob<Args>>,
    ) -> Result<Vec<Enqueued>, Error> {
        let now = self.server_now().await?;
        let documents = jobs
            .into_iter()
            .map(|job| self.document(job, now))
            .collect::<Result<Vec<_>, _>>()?;
        let jobs = self.config.collections.jobs(&self.db);
        self.keys.check(&jobs, &documents).await?;
        let enqueued = spawned(async move { enqueue::many(&jobs, documents).await }).await?;
        metrics::enqueued(&self.config.queue, &enqueued);
        Ok(enqueued)
    }

    /// Enqueues inside the caller's transaction: the jobs exist if and when it commits.
    pub fn with_session<'s>(&'s self, session: &'s mut ClientSession) -> SessionSink<'s, Args, C> {
        SessionSink::new(self, session)
    }

    pub(super) fn document(&self, job: NewJob<Args>, now: DateTime) -> Result<Document, Error> {
        self.config.validate()?;
        let job = job.try_map(|args| {
            let encoded = self.codec.encode(&args);
            let encoded = encoded.map_err(|error| Error::Codec(error.into()))?;
            into_stored(encoded)
        })?;
        new_document::of(job, &self.config, now)
    }

    /// The server's time, for which it is asked seldom.
    pub(super) async fn server_now(&self) -> Result<DateTime, Error> {
        self.clock.measured_now(&self.db).await
    }
}

impl<Args, C> MongoStorage<Args, C> {
    /// Writes one job, together with those of other callers.
    pub(super) async fn insert(&self, document: Document) -> Result<Enqueued, Error> {
        let jobs = self.config.collections.jobs(&self.db);
        let only = std::slice::from_ref(&document);
        self.keys.check(&jobs, only).await?;
        let enqueued = self.inserter.insert(jobs, document).await?;
        metrics::enqueued(&self.config.queue, std::slice::from_ref(&enqueued));
        Ok(enqueued)
    }
}

/// What is stored for a wire format.
pub(crate) fn into_stored<C: MongoCompact>(compact: C) -> Result<Bson, Error> {
    compact.into_stored().map_err(|e| Error::Codec(Box::new(e)))
}
