//! The servers that candidates need: private, with durable settings, gone at the end.

mod mongod;
#[cfg(feature = "peers")]
mod postgres;
#[cfg(feature = "peers")]
mod redis;
mod started;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

pub(crate) use started::{Server, ServerKind};

/// One server of each kind that could be had.
#[derive(Default)]
pub(crate) struct Servers {
    running: BTreeMap<ServerKind, Server>,
}

impl Servers {
    /// Starts a server of `kind` with its data below `folder`, unless there is one.
    pub(crate) async fn start(&mut self, kind: ServerKind, folder: &Path) -> anyhow::Result<()> {
        if let Entry::Vacant(vacant) = self.running.entry(kind) {
            vacant.insert(Server::start(kind, folder).await?);
        }
        Ok(())
    }

    /// The server of `kind`, which was started before.
    pub(crate) fn of(&self, kind: ServerKind) -> &Server {
        &self.running[&kind]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Server> {
        self.running.values()
    }

    /// Stops them all.
    pub(crate) async fn stop(&self) {
        for server in self.iter() {
            server.stop().await;
        }
    }
}
