use std::time::Duration;

use apalis_core::backend::Vacuum;
use apalis_core::backend::codec::Codec;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::Error;
use crate::model::Status;
use crate::queries::retention::{STEP, remove_finished};

impl<Args, C> Vacuum for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    /// Removes the queue's done and cancelled jobs. Dead ones are kept: they can be retried.
    async fn vacuum(&mut self) -> Result<usize, Error> {
        self.vacuum_before(Duration::ZERO).await
    }

    /// As `vacuum`, for jobs that finished more than `age` ago.
    async fn vacuum_before(&mut self, age: Duration) -> Result<usize, Error> {
        let jobs = self.config().collections.jobs(self.database());
        let queue = self.config().queue.clone();
        spawned(async move {
            let mut removed = 0;
            for status in [Status::Done, Status::Killed] {
                loop {
                    let step = remove_finished(&jobs, &queue, status, age).await?;
                    removed += step;
                    if step < STEP {
                        break;
                    }
                }
            }
            Ok(removed)
        })
        .await
    }
}
