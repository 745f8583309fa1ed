//! MongoDB, as a replica set of one.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use dossier_devstack::mongod::{Mongod, MongodOptions, find, free_port};
use dossier_devstack::process::Signal;
use dossier_devstack::progress::Progress;
use mongodb::Client;
use mongodb::bson::{Bson, doc};

use super::{Server, ServerKind};

/// As many producers as there may be, and as many workers, find a connection at once.
const POOL: &str = "&maxPoolSize=64";

pub(super) async fn start(folder: &Path) -> anyhow::Result<Server> {
    let binary = tokio::task::spawn_blocking(|| find(Progress::detect())).await??;
    let options = MongodOptions {
        data_dir: folder.join("mongod"),
        log: folder.join("mongod.log"),
        port: free_port()?,
        cache_tenths_gb: 10,
        death_signal: Signal::KILL,
        patience: Duration::from_secs(60),
        test_commands: false,
    };
    let mongod = Mongod::start(&binary, &options).await?;
    let uri = mongod.uri("");
    let (before, after) = uri.split_once('?').context("an address with options")?;
    Ok(Server {
        kind: ServerKind::Mongod,
        version: format!("MongoDB {}", binary.version),
        process: mongod.process().clone(),
        address: (before.to_owned(), format!("?{after}{POOL}")),
    })
}

/// The sum of what it counts, this question included.
pub(super) async fn commands(uri: &str) -> anyhow::Result<u64> {
    let client = Client::with_uri_str(uri).await?;
    let admin = client.database("admin");
    let status = admin.run_command(doc! { "serverStatus": 1 }).await?;
    let counters = status.get_document("opcounters")?;
    let counted = counters.iter().filter(|(name, _)| *name != "deprecated");
    let numbers = counted.map(|(_, count)| match count {
        Bson::Int32(count) => i64::from(*count),
        Bson::Int64(count) => *count,
        _ => 0,
    });
    Ok(numbers.sum::<i64>().unsigned_abs())
}
