use apalis_core::backend::codec::Codec;
use apalis_core::backend::{ResumeAbandoned, ResumeById};
use apalis_core::task::task_id::TaskId;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::Error;
use crate::operator::{RetryOptions, Selection};
use crate::queries::rescue;

impl<Args, C> ResumeById for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    /// Makes a dead or cancelled job ready again; false if it is neither.
    async fn resume_by_id(&mut self, id: TaskId) -> Result<bool, Error> {
        let operator = self.operator();
        let selection = Selection::id(id.to_string());
        let retry = async move {
            operator
                .retry_jobs(&selection, RetryOptions::default())
                .await
        };
        Ok(spawned(retry).await?.changed == 1)
    }
}

impl<Args, C> ResumeAbandoned for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    /// Frees the jobs of every queue whose lease has expired, without waiting for a worker's
    /// sweep.
    async fn resume_abandoned(&mut self) -> Result<usize, Error> {
        let (db, collections) = (self.database().clone(), self.config().collections.clone());
        let own: Vec<_> = self
            .running_workers()
            .iter()
            .flat_map(|w| w.leases.held())
            .map(|l| l.token)
            .collect();
        let limit = self.config().history_limit;
        let rescue =
            async move { rescue::rescue_expired(&db, &collections.jobs(&db), &own, limit).await };
        Ok(spawned(rescue).await?.len())
    }
}
