//! [`Queues`]: the storages of all jobs.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apalis_mongodb::{Config, MongoStorage, Operator};
use mongodb::Database;
use mongodb::options::ClientOptions;

use super::{Job, QueueName, QueueSettings};
use crate::host::host_name;

/// The queues over one database: one storage for each kind of job. Cheap to clone.
#[derive(Clone)]
pub struct Queues(Arc<Inner>);

struct Inner {
    database: Database,
    client: ClientOptions,
    settings: QueueSettings,
    /// Made when first asked for; what enqueues and what works share one.
    storages: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

impl Queues {
    /// The queues in `database`; nothing is read or written yet. The workers' heartbeats have a
    /// thread and a client of their own, which is made from `client`.
    pub fn new(database: &Database, client: &ClientOptions, settings: &QueueSettings) -> Self {
        Self(Arc::new(Inner {
            database: database.clone(),
            client: client.clone(),
            settings: settings.clone(),
            storages: Mutex::default(),
        }))
    }

    /// The storage of `J`.
    pub fn of<J: Job>(&self) -> MongoStorage<J> {
        let storages = self.0.storages.lock();
        let mut storages = storages.unwrap_or_else(PoisonError::into_inner);
        let storage = storages.entry(TypeId::of::<J>()).or_insert_with(|| {
            let config = config::<J>(&self.0.settings).heartbeat_client(self.0.client.clone());
            Box::new(MongoStorage::<J>::new(&self.0.database, config))
        });
        let storage = storage.downcast_ref::<MongoStorage<J>>();
        storage.expect("it is stored under its type").clone()
    }

    /// How long after a document has become available its recipients are told.
    pub(crate) fn notice_delay(&self) -> Duration {
        self.0.settings.notice_delay
    }

    /// What an operator asks and does about all of them.
    pub fn operator(&self) -> Operator {
        let any = QueueName::ALL.first().map_or("", |name| name.as_str());
        Operator::new(&self.0.database, &Config::new(any))
    }
}

impl fmt::Debug for Queues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queues")
            .field("database", &self.0.database.name())
            .finish_non_exhaustive()
    }
}

fn config<J: Job>(settings: &QueueSettings) -> Config {
    Config::new(J::QUEUE)
        .process(format!("{}.{}", host_name(), std::process::id()))
        .lease_duration(settings.lease)
        .heartbeat_interval(settings.lease / 3)
        .sweep_interval(settings.lease / 3)
        .batch_size(settings.concurrency)
        .max_in_flight(J::at_once(settings) + settings.concurrency)
        .max_attempts(J::MAX_ATTEMPTS)
        .retry(J::retry(settings))
}
