//! A running server.

use std::path::Path;

use dossier_bench::server::redis::Durability;
use dossier_bench::server::{self, PrivateServer};

use super::mongod;

const MONGOD_CACHE_TENTHS_GB: u32 = 10;

/// What kinds of servers candidates need.
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
    kind: ServerKind,
    process: PrivateServer,
}

impl Server {
    pub(super) async fn start(kind: ServerKind, folder: &Path) -> anyhow::Result<Self> {
        let process = match kind {
            ServerKind::Mongod => server::mongod::start(folder, MONGOD_CACHE_TENTHS_GB).await?,
            ServerKind::Postgres => server::postgres::start(folder).await?,
            ServerKind::Redis => server::redis::start(folder, Durability::Always).await?,
        };
        Ok(Self { kind, process })
    }

    pub(crate) fn kind(&self) -> ServerKind {
        self.kind
    }

    /// What it calls itself.
    pub(crate) fn version(&self) -> &str {
        self.process.version()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The address of a database on it.
    pub(crate) fn uri(&self, database: &str) -> String {
        self.process.uri(database)
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
        self.process.stop().await;
    }
}
