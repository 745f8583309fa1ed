use apalis_core::backend::codec::Codec;
use apalis_core::backend::{ListWorkers, RunningWorker};
use mongodb::bson::DateTime;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::Error;
use crate::operator::WorkerRecord;

impl<Args, C> ListWorkers for MongoStorage<Args, C>
where
    C: Codec<Args> + Send + Sync,
    C::Compact: MongoCompact,
{
    async fn list_workers(&self) -> Result<Vec<RunningWorker>, Error> {
        self.workers_of(Some(self.config().queue.clone())).await
    }

    async fn list_all_workers(&self) -> Result<Vec<RunningWorker>, Error> {
        self.workers_of(None).await
    }
}

impl<Args, C> MongoStorage<Args, C> {
    async fn workers_of(&self, queue: Option<String>) -> Result<Vec<RunningWorker>, Error> {
        let operator = self.operator();
        let list = async move { operator.list_workers(queue.as_deref()).await };
        Ok(spawned(list).await?.into_iter().map(running).collect())
    }
}

fn running(worker: WorkerRecord) -> RunningWorker {
    RunningWorker {
        id: worker.id,
        queue: worker.queue,
        backend: "MongoStorage".to_owned(),
        started_at: seconds(worker.started_at),
        last_heartbeat: seconds(worker.last_seen),
        layers: worker.service,
    }
}

fn seconds(at: DateTime) -> u64 {
    u64::try_from(at.timestamp_millis() / 1000).unwrap_or(0)
}
