//! [`MongoStorage`]: the backend itself, and enqueuing.

mod backend;
mod config;
mod connect;
mod drain;
mod enqueue;
mod id;
mod inserter;
mod key_guard;
mod kind;
mod session;
mod sink;

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, Weak};

use mongodb::Database;

pub(crate) use self::backend::describe;
pub(crate) use self::enqueue::{into_stored, spawned};
pub use self::id::MongoId;
use self::inserter::Inserter;
use self::key_guard::KeyGuard;
pub use self::kind::{Decoding, Mongo};
pub use self::session::SessionSink;
use self::sink::SinkState;
use crate::clock::ServerClock;
use crate::codec::BsonCodec;
use crate::config::Config;
use crate::operator::Operator;
use crate::runtime::{Runtime, WorkerRuntime};

/// One queue of jobs with the arguments `Args`, stored by the codec `C`.
///
/// Cloning is cheap. A clone enqueues to the same queue; given to a worker it is a worker of its
/// own.
pub struct MongoStorage<Args, C = BsonCodec> {
    db: Database,
    config: Arc<Config>,
    codec: C,
    clock: Arc<ServerClock>,
    inserter: Arc<Inserter>,
    keys: Arc<KeyGuard>,
    workers: Arc<Mutex<Vec<Weak<WorkerRuntime>>>>,
    runtime: Option<Runtime>,
    sink: SinkState,
    args: PhantomData<fn(Args) -> Args>,
}

impl<Args> MongoStorage<Args> {
    /// The queue that `config` names, in `db`. Nothing is sent to the server yet.
    #[must_use]
    pub fn new(db: &Database, config: Config) -> Self {
        Self::with_codec(db, config, BsonCodec)
    }
}

impl<Args, C> MongoStorage<Args, C> {
    /// As [`MongoStorage::new`], with payloads stored by `codec`.
    #[must_use]
    pub fn with_codec(db: &Database, config: Config, codec: C) -> Self {
        let clock = Arc::new(ServerClock::new(config.heartbeat()));
        Self {
            db: db.clone(),
            config: Arc::new(config),
            codec,
            clock,
            inserter: Arc::default(),
            keys: Arc::default(),
            workers: Arc::default(),
            runtime: None,
            sink: SinkState::default(),
            args: PhantomData,
        }
    }

    /// The queue's configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// An operator of this queue and of those that share its collections.
    #[must_use]
    pub fn operator(&self) -> Operator {
        Operator::new(&self.db, &self.config)
    }

    /// The database it lives in.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.db
    }
}

impl<Args, C: Clone> Clone for MongoStorage<Args, C> {
    fn clone(&self) -> Self {
        Self {
            db: self.db.clone(),
            config: Arc::clone(&self.config),
            codec: self.codec.clone(),
            clock: Arc::clone(&self.clock),
            inserter: Arc::clone(&self.inserter),
            keys: Arc::clone(&self.keys),
            workers: Arc::clone(&self.workers),
            runtime: None,
            sink: SinkState::default(),
            args: PhantomData,
        }
    }
}

impl<Args, C> fmt::Debug for MongoStorage<Args, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoStorage")
            .field("database", &self.db.name())
            .field("queue", &self.config.queue)
            .finish_non_exhaustive()
    }
}
