use apalis_core::backend::RegisterWorker;
use apalis_core::backend::codec::Codec;

use crate::MongoStorage;
use crate::codec::MongoCompact;
use crate::deadline::spawned;
use crate::error::Error;
use crate::queries::workers;

impl<Args, C> RegisterWorker for MongoStorage<Args, C>
where
    C: Codec<Args> + Send,
    C::Compact: MongoCompact,
{
    /// Lists a worker that does not run here. Those that do list themselves.
    async fn register_worker(&mut self, worker_id: String) -> Result<(), Error> {
        let (db, config) = (self.database().clone(), self.config().clone());
        spawned(async move { workers::announce(&db, &config, &worker_id).await }).await
    }
}
