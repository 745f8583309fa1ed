//! Database servers that a test may freeze, end and start again.

use std::process::Stdio;

use dossier_devstack::mongod::{self, Mongod, MongodOptions};
use dossier_devstack::port::free_port;
use dossier_devstack::progress::Progress;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::eventually;

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
            test_commands,
            ..MongodOptions::for_test(folder.path()).expect("a free port")
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

/// A mongod that belongs to no replica set (yet); killed when it is dropped.
pub(crate) async fn mongod_with(arguments: &[&str]) -> (Child, tempfile::TempDir, String) {
    let binary = mongod_binary().await;
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port().expect("a port");
    let server = Command::new(&binary.path)
        .args([
            "--bind_ip",
            "127.0.0.1",
            "--nounixsocket",
            "--wiredTigerCacheSizeGB",
            "0.3",
        ])
        .args(["--port", &port.to_string(), "--dbpath"])
        .arg(folder.path())
        .args(arguments)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    eventually("the standalone server listens", async || {
        TcpStream::connect(("127.0.0.1", port)).await.ok()
    })
    .await;
    (
        server,
        folder,
        format!("mongodb://127.0.0.1:{port}/dossier"),
    )
}
