//! MongoDB, as a replica set of one.

use std::path::Path;
use std::time::Duration;

use dossier_devstack::mongod::{Mongod, MongodOptions, find, free_port};
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;

use super::Server;

pub(crate) async fn start(folder: &Path) -> anyhow::Result<Server> {
    let binary = tokio::task::spawn_blocking(|| find(Progress::detect())).await??;
    let options = MongodOptions {
        data_dir: folder.join("mongod"),
        log: folder.join("mongod.log"),
        port: free_port()?,
        cache_tenths_gb: 3,
        death_signal: Signal::KILL,
        patience: Duration::from_secs(60),
        test_commands: false,
    };
    let mongod = Mongod::start(&binary, &options).await?;
    Ok(Server {
        version: format!("MongoDB {}", binary.version),
        port: mongod.port(),
        process: Some(mongod.process().clone()),
    })
}
