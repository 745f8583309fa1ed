//! The store of a backend.

use dossier_bench::server::PrivateServer;

/// A running server, or none.
pub(crate) struct Server {
    pub(crate) version: String,
    pub(crate) port: u16,
    process: Option<PrivateServer>,
}

impl From<PrivateServer> for Server {
    fn from(server: PrivateServer) -> Self {
        Self {
            version: server.version().to_owned(),
            port: server.port(),
            process: Some(server),
        }
    }
}

impl Server {
    /// The store is in the program itself.
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
            process.stop().await;
        }
    }
}
