//! MongoDB, as a replica set of one.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use dossier_devstack::mongod::{Mongod, MongodOptions, find};
use dossier_devstack::port::free_port;
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;

use super::PrivateServer;

/// As many producers as there may be, and as many workers, find a connection at once.
const POOL: &str = "&maxPoolSize=64";

/// Starts it with its data below `folder` and so many tenths of a gigabyte of cache.
///
/// # Errors
///
/// When there is no such server, or it does not start.
pub async fn start(folder: &Path, cache_tenths_gb: u32) -> anyhow::Result<PrivateServer> {
    let binary = tokio::task::spawn_blocking(|| find(Progress::detect())).await??;
    let options = MongodOptions {
        data_dir: folder.join("mongod"),
        log: folder.join("mongod.log"),
        port: free_port()?,
        cache_tenths_gb,
        death_signal: Signal::KILL,
        patience: Duration::from_secs(60),
        test_commands: false,
    };
    let mongod = Mongod::start(&binary, &options).await?;
    let uri = mongod.uri("");
    let (before, after) = uri.split_once('?').context("an address with options")?;
    Ok(PrivateServer {
        version: format!("MongoDB {}", binary.version),
        port: mongod.port(),
        process: mongod.process().clone(),
        address: (before.to_owned(), format!("?{after}{POOL}")),
    })
}
