//! A running server.

use std::path::Path;
use std::time::Duration;

use dossier_devstack::process::{Process, Signal};

use super::mongod;

const STOP_GRACE: Duration = Duration::from_secs(10);

/// What kinds of servers contenders need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ServerKind {
    Mongod,
    Postgres,
    Redis,
}

impl ServerKind {
    /// What "durable" means on it.
    pub(crate) fn durability(self) -> &'static str {
        match self {
            Self::Mongod => "majority of a replica set of one, journaled",
            Self::Postgres => "fsync and synchronous_commit on",
            Self::Redis => "appendonly, appendfsync always",
        }
    }

    /// What is counted as a command on it.
    pub(crate) fn commands(self) -> &'static str {
        match self {
            Self::Mongod => "opcounters of serverStatus",
            Self::Postgres => "transactions (pg_stat_database)",
            Self::Redis => "total_commands_processed",
        }
    }
}

/// A running server; dropping it kills it.
pub(crate) struct Server {
    pub(super) kind: ServerKind,
    pub(super) version: String,
    pub(super) process: Process,
    /// Its address up to the database's name, and from there.
    pub(super) address: (String, String),
}

impl Server {
    pub(super) async fn start(kind: ServerKind, folder: &Path) -> anyhow::Result<Self> {
        match kind {
            ServerKind::Mongod => mongod::start(folder).await,
            #[cfg(feature = "peers")]
            ServerKind::Postgres => super::postgres::start(folder).await,
            #[cfg(feature = "peers")]
            ServerKind::Redis => super::redis::start(folder).await,
            #[cfg(not(feature = "peers"))]
            ServerKind::Postgres | ServerKind::Redis => {
                anyhow::bail!("its server needs the feature `peers`")
            }
        }
    }

    pub(crate) fn kind(&self) -> ServerKind {
        self.kind
    }

    /// What it calls itself.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The address of a database on it.
    pub(crate) fn uri(&self, database: &str) -> String {
        let (before, after) = &self.address;
        format!("{before}{database}{after}")
    }

    /// How many commands it has counted for `database`, or in all if it does not tell them apart.
    pub(crate) async fn commands(&self, database: &str) -> anyhow::Result<u64> {
        match self.kind {
            ServerKind::Mongod => mongod::commands(&self.uri("admin")).await,
            #[cfg(feature = "peers")]
            ServerKind::Postgres => {
                super::postgres::commands(&self.uri("postgres"), database).await
            }
            #[cfg(feature = "peers")]
            ServerKind::Redis => super::redis::commands(&self.uri(database)).await,
            #[cfg(not(feature = "peers"))]
            ServerKind::Postgres | ServerKind::Redis => {
                anyhow::bail!("{database} has no server here")
            }
        }
    }

    /// Stops it; nobody needs its data any more.
    pub(super) async fn stop(&self) {
        // To PostgreSQL this is the signal that does not wait for clients.
        self.process.signal(Signal::INT);
        let ended = tokio::time::timeout(STOP_GRACE, self.process.wait()).await;
        if ended.is_err() {
            self.process.kill().await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.signal(Signal::KILL);
    }
}
