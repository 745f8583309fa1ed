//! Private servers for benchmarks: their data is below a folder, and they are gone at the end.

pub mod mongod;
pub mod nginx;
pub mod postgres;
mod program;
pub mod redis;

use std::time::Duration;

use dossier_devstack::process::{Process, Signal};

const STOP_GRACE: Duration = Duration::from_secs(10);

/// A running server; dropping it kills it.
#[derive(Debug)]
pub struct PrivateServer {
    version: String,
    port: u16,
    process: Process,
    /// Its address up to the database's name, and from there.
    address: (String, String),
}

impl PrivateServer {
    /// What it calls itself, with its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where it listens on the loopback address.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The address of a database on it.
    #[must_use]
    pub fn uri(&self, database: &str) -> String {
        let (before, after) = &self.address;
        format!("{before}{database}{after}")
    }

    /// Stops it; nobody needs its data any more.
    pub async fn stop(&self) {
        // To PostgreSQL this is the signal that does not wait for clients.
        self.process.signal(Signal::INT);
        let ended = tokio::time::timeout(STOP_GRACE, self.process.wait()).await;
        if ended.is_err() {
            self.process.kill().await;
        }
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.process.signal(Signal::KILL);
    }
}
