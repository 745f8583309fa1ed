//! Finds the hub of a database, so that all workers of a process share one.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, Weak};

use mongodb::Database;

use super::heartbeat_thread::HeartbeatThread;
use super::{Hub, heartbeats, poller, rescuer, retention};
use crate::config::Collections;
use crate::config::Config;
use crate::error::Error;
use crate::runtime::lease::lock;
use crate::server::Server;

/// Two databases are the same if their servers call themselves the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    server: String,
    database: String,
    collections: Collections,
    /// Tasks die with the runtime that runs them.
    runtime: tokio::runtime::Id,
    /// Workers that have what a heartbeat thread needs do not go without one for others.
    has_thread: bool,
}

type Hubs = HashMap<Key, Weak<Hub>>;

static HUBS: LazyLock<Mutex<Hubs>> = LazyLock::new(Mutex::default);

fn known(hubs: &Hubs, key: &Key) -> Option<Arc<Hub>> {
    hubs.get(key).and_then(Weak::upgrade)
}

impl Hub {
    /// The hub for `db`, started if there is none.
    pub(crate) async fn of(db: &Database, config: &Config) -> Result<Arc<Self>, Error> {
        let server = Server::ask(db).await?;
        let key = Key {
            server: server.identity(),
            database: db.name().to_owned(),
            collections: config.collections.clone(),
            runtime: tokio::runtime::Handle::current().id(),
            has_thread: config.heartbeat_source().is_some(),
        };
        if let Some(hub) = known(&lock(&HUBS), &key) {
            return Ok(hub);
        }
        let thread = match config.heartbeat_source() {
            Some(source) => Some(HeartbeatThread::start(source, db.name()).await?),
            None => None,
        };
        let mut hubs = lock(&HUBS);
        // Somebody else may have come first; then the thread has nothing to do and ends.
        if let Some(hub) = known(&hubs, &key) {
            return Ok(hub);
        }
        if !server.is_replicated() {
            tracing::warn!("the server is a standalone mongod: no change stream, polling instead");
        }
        hubs.retain(|_, hub| hub.strong_count() > 0);
        let hub = Arc::new(Self::new(
            db.clone(),
            config.collections.clone(),
            server.is_replicated(),
        ));
        hubs.insert(key, Arc::downgrade(&hub));
        let (weak, newcomers) = (Arc::downgrade(&hub), hub.registered.subscribe());
        match thread {
            Some(thread) => thread.serve(weak, newcomers),
            None => drop(tokio::spawn(heartbeats::run(weak, newcomers, None))),
        }
        tokio::spawn(rescuer::run(
            Arc::downgrade(&hub),
            hub.registered.subscribe(),
        ));
        tokio::spawn(retention::run(
            Arc::downgrade(&hub),
            hub.registered.subscribe(),
        ));
        tokio::spawn(poller::run(Arc::downgrade(&hub)));
        Ok(hub)
    }
}
