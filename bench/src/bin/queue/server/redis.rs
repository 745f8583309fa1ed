//! Redis, with every write on the disk before it is answered.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use dossier_devstack::mongod::free_port;
use dossier_devstack::process::{Process, ProcessSpec, Signal};

use super::program;
use super::{Server, ServerKind};

const PROGRAM: &str = "redis-server";

pub(super) async fn start(folder: &Path) -> anyhow::Result<Server> {
    let said = program::version(Path::new(PROGRAM))?;
    let version = said
        .split_whitespace()
        .find_map(|word| word.strip_prefix("v="));
    let version = format!("Redis {}", version.unwrap_or("of an unknown version"));
    let (data, port) = (folder.join("redis"), free_port()?);
    std::fs::create_dir_all(&data)?;
    let mut command = Command::new(PROGRAM);
    command
        .args(["--bind", "127.0.0.1", "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args(["--port", &port.to_string()])
        .arg("--dir")
        .arg(&data);
    let process = Process::spawn(ProcessSpec {
        name: PROGRAM.into(),
        command,
        log: folder.join("redis.log"),
        death_signal: Signal::KILL,
    })?;
    let server = Server {
        kind: ServerKind::Redis,
        version,
        process,
        address: (format!("redis://127.0.0.1:{port}/"), String::new()),
    };
    program::listens(&server.process, port).await?;
    Ok(server)
}

/// All commands it has processed, this question included.
pub(super) async fn commands(uri: &str) -> anyhow::Result<u64> {
    let client = redis::Client::open(uri)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let info: String = redis::cmd("INFO")
        .arg("stats")
        .query_async(&mut connection)
        .await?;
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("total_commands_processed:"));
    Ok(line
        .context("Redis does not count commands")?
        .trim()
        .parse()?)
}
