//! The server: killed, and started again on its data.

use std::path::Path;
use std::time::Duration;

use dossier_devstack::mongod::{Mongod, MongodBinary, MongodOptions, find};
use dossier_devstack::port::free_port;
use dossier_devstack::process::{LeftoverProcess, Signal, end_leftover_process};
use dossier_devstack::progress::Progress;
use mongodb::Client;
use mongodb::bson::doc;

use crate::job::DATABASE;
use crate::record::{Occurrence, Record};

/// As many handlers as write at once find a connection.
const SPARE_CONNECTIONS: usize = 32;

/// The data is small.
const CACHE_TENTHS_GB: u32 = 5;

/// A running server; dropping it kills it.
pub(crate) struct Server {
    binary: MongodBinary,
    options: MongodOptions,
    mongod: Mongod,
    lease: Duration,
    record: Record,
}

impl Server {
    pub(crate) async fn start(
        folder: &Path,
        lease: Duration,
        record: Record,
    ) -> anyhow::Result<Self> {
        let binary = tokio::task::spawn_blocking(|| find(Progress::detect())).await??;
        let options = MongodOptions {
            data_dir: data_dir(folder),
            log: folder.join("mongod.log"),
            port: free_port()?,
            cache_tenths_gb: CACHE_TENTHS_GB,
            death_signal: Signal::KILL,
            patience: Duration::from_secs(60),
            test_commands: false,
        };
        let mongod = Mongod::start(&binary, &options).await?;
        let server = Self {
            binary,
            options,
            mongod,
            lease,
            record,
        };
        server.shorten_orphaned_transactions().await?;
        Ok(server)
    }

    pub(crate) fn version(&self) -> &str {
        &self.binary.version
    }

    /// The address of the database, with connections for so many handlers.
    pub(crate) fn uri(&self, slots: usize) -> String {
        with_pool(&self.mongod.uri(DATABASE), slots)
    }

    /// Kills it, and starts it again after `length`.
    pub(crate) async fn fail_for(&mut self, length: Duration) -> anyhow::Result<()> {
        self.record.add(Occurrence::ServerKilled);
        self.mongod.process().kill().await;
        tokio::time::sleep(length).await;
        self.ensure_running().await
    }

    /// Starts it again if it is down.
    pub(crate) async fn ensure_running(&mut self) -> anyhow::Result<()> {
        if self.mongod.process().exit_status().is_some() {
            self.mongod = Mongod::start(&self.binary, &self.options).await?;
            self.record.add(Occurrence::ServerBack);
        }
        self.shorten_orphaned_transactions().await
    }

    /// A process that is killed in a transaction leaves it open, and its job locked, for a minute
    /// unless the server is told otherwise. Here it is a lease.
    async fn shorten_orphaned_transactions(&self) -> anyhow::Result<()> {
        let client = Client::with_uri_str(self.mongod.uri("admin")).await?;
        let seconds = i64::try_from(self.lease.as_secs().max(1))?;
        let limit = doc! { "setParameter": 1, "transactionLifetimeLimitSeconds": seconds };
        client.database("admin").run_command(limit).await?;
        client.shutdown().await;
        Ok(())
    }

    pub(crate) async fn stop(&self) {
        self.mongod.process().kill().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.mongod.process().signal(Signal::KILL);
    }
}

/// The address with connections for so many handlers.
pub(crate) fn with_pool(uri: &str, slots: usize) -> String {
    format!("{uri}&maxPoolSize={}", slots + SPARE_CONNECTIONS)
}

/// Kills a server on the data in `folder` that is still there after a run that broke off in the middle
/// of a start.
pub(crate) async fn end_leftover(folder: &Path) {
    let data = data_dir(folder);
    let pid = std::fs::read_to_string(data.join("mongod.lock")).ok();
    let pid = pid.and_then(|text| text.trim().parse().ok());
    let leftover = pid.and_then(|pid| LeftoverProcess::find(pid, &data.display().to_string()));
    if let Some(leftover) = leftover {
        end_leftover_process(leftover, Duration::ZERO).await;
    }
}

fn data_dir(folder: &Path) -> std::path::PathBuf {
    folder.join("mongod")
}
