use apalis_core::backend::factory::BackendFactory;
use mongodb::Database;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::MongoStorage;
use crate::config::Config;
use crate::error::Error;

/// Makes storages for many queues on one database. All workers of a process on one database share
/// heartbeats, polls and a change stream anyhow, whether a factory made their storages or not.
#[derive(Debug, Clone)]
pub struct MongoStorageFactory {
    db: Database,
}

impl MongoStorageFactory {
    /// A factory for queues in `db`.
    #[must_use]
    pub fn new(db: &Database) -> Self {
        Self { db: db.clone() }
    }
}

impl<Args: Serialize + DeserializeOwned + 'static> BackendFactory<Args> for MongoStorageFactory {
    type Backend = MongoStorage<Args>;
    type Error = Error;

    fn create_with_config(&mut self, config: Config) -> Result<MongoStorage<Args>, Error> {
        config.validate()?;
        Ok(MongoStorage::new(&self.db, config))
    }
}
