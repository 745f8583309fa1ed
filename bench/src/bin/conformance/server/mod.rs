//! The stores of the backends: private servers, gone at the end.

pub(crate) mod mongod;
pub(crate) mod postgres;
mod program;
pub(crate) mod redis;

use std::time::Duration;

use dossier_devstack::process::Process;

const STOP_GRACE: Duration = Duration::from_secs(10);

/// A running server, or none.
pub(crate) struct Server {
    pub(crate) version: String,
    pub(crate) port: u16,
    process: Option<Process>,
}

impl Server {
    pub(crate) fn none(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            port: 0,
            process: None,
        }
    }

    /// Ends it; nothing on it is of use any more.
    pub(crate) async fn stop(&self) {
        if let Some(process) = &self.process {
            process.stop(STOP_GRACE).await;
        }
    }
}
