use apalis_core::backend::Update;
use apalis_core::backend::codec::Codec;
use apalis_core::task::Task;
use apalis_core::task::task_id::TaskId;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::error::Error;
use crate::new_job::NewJob;
use crate::queries::change;
use crate::storage::{into_stored, spawned};

impl<Args, C> Update for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    /// Changes the payload, priority, time, attempts and metadata of a job that waits; its time is
    /// by the server's clock. One that runs or is finished is not found.
    async fn update(&mut self, task: Self::Task) -> Result<(), Error> {
        let id = id_of(&task)?;
        let run_at = task.run_at();
        let job = NewJob::from_task(task.try_map_args(into_stored)?);
        let (jobs, config) = (
            self.config().collections.jobs(self.database()),
            self.config().clone(),
        );
        spawned(async move { change::update(&jobs, &config, &id, job, run_at).await }).await
    }
}

pub(super) fn id_of<T>(task: &Task<T>) -> Result<String, Error> {
    task.task_id()
        .map(TaskId::to_string)
        .ok_or_else(|| Error::NotFound("without an id".to_owned()))
}
