//! What a candidate can do.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::arguments::Settings;
use crate::job::Job;

pub(crate) type Promise<'a, T> = BoxFuture<'a, anyhow::Result<T>>;

/// What a handler does: nothing but telling that it runs.
pub(crate) type Observer = Arc<dyn Fn(&Job) + Send + Sync>;

/// What the parent does with a candidate's store.
pub(crate) trait Store: Send + Sync {
    /// Makes it new and empty.
    fn reset(&self) -> Promise<'_, ()>;

    /// How many of `jobs` have not succeeded, as the store has it.
    fn unfinished(&self, jobs: u64) -> Promise<'_, u64>;
}

/// What a child does with a candidate.
pub(crate) trait Queue: Send + Sync {
    /// Enqueues a job durably, as people do it.
    fn push(&self, job: Job) -> Promise<'_, ()>;

    /// Enqueues many jobs in its fastest way.
    fn push_many(&self, jobs: Vec<Job>) -> Promise<'_, ()>;

    /// Enqueues a job and inserts a document of the application in one transaction.
    fn push_with_document(&self, job: Job) -> Promise<'_, ()>;

    /// Runs one worker until something breaks.
    fn work(&self, settings: Settings, observer: Observer) -> Promise<'_, ()>;
}
