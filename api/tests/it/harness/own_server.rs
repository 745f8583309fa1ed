//! A database server that a test may freeze, end and start again.

use std::time::Duration;

use dossier_devstack::mongod::{self, Mongod, MongodOptions};
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;

/// A server of the test's own.
pub(crate) struct OwnServer {
    _folder: tempfile::TempDir,
    pub(crate) options: MongodOptions,
    pub(crate) binary: mongod::MongodBinary,
    pub(crate) server: Mongod,
}

impl OwnServer {
    /// With the commands that make it fail, if it shall take them.
    pub(crate) async fn start(test_commands: bool) -> Self {
        let binary = mongod_binary().await;
        let folder = tempfile::tempdir().expect("a folder");
        let options = MongodOptions {
            data_dir: folder.path().join("data"),
            log: folder.path().join("log"),
            port: mongod::free_port().expect("a port"),
            cache_tenths_gb: 3,
            death_signal: Signal::KILL,
            patience: Duration::from_secs(60),
            test_commands,
        };
        let server = Mongod::start(&binary, &options).await.expect("it starts");
        Self {
            _folder: folder,
            options,
            binary,
            server,
        }
    }
}

/// The server's program.
pub(crate) async fn mongod_binary() -> mongod::MongodBinary {
    let finding = tokio::task::spawn_blocking(|| mongod::find(Progress::Lines)).await;
    finding.expect("no panic").expect("a mongod")
}
