use std::time::Duration;

use apalis_core::backend::Reschedule;
use apalis_core::backend::codec::Codec;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::Error;
use crate::queries::change;

impl<Args, C> Reschedule for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    /// Runs a waiting job after `wait`, or a finished one once more. A running job is not found.
    async fn reschedule(&mut self, task: Self::Task, wait: Duration) -> Result<(), Error> {
        let id = super::update::id_of(&task)?;
        let jobs = self.config().collections.jobs(self.database());
        spawned(async move { change::reschedule(&jobs, &id, wait).await }).await
    }
}
