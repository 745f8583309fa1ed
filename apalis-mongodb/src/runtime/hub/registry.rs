//! Finds the hub of a database, so that all workers of a process share one.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, Weak};

use mongodb::Database;

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
}

static HUBS: LazyLock<Mutex<HashMap<Key, Weak<Hub>>>> = LazyLock::new(Mutex::default);

impl Hub {
    /// The hub for `db`, started if there is none.
    pub(crate) async fn of(db: &Database, config: &Config) -> Result<Arc<Self>, Error> {
        let server = Server::ask(db).await?;
        let key = Key {
            server: server.identity(),
            database: db.name().to_owned(),
            collections: config.collections.clone(),
            runtime: tokio::runtime::Handle::current().id(),
        };
        let mut hubs = lock(&HUBS);
        if let Some(hub) = hubs.get(&key).and_then(Weak::upgrade) {
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
        tokio::spawn(heartbeats::run(
            Arc::downgrade(&hub),
            hub.registered.subscribe(),
        ));
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
