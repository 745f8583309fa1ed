//! Redis without snapshots, which nobody reads.

use std::path::Path;
use std::process::Command;

use dossier_devstack::port::free_port;

use super::{PrivateServer, program};

const PROGRAM: &str = "redis-server";

/// When Redis writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As it comes: in memory alone, for want of snapshots.
    Default,
    /// Every write is on the disk before it is answered.
    Always,
}

/// Starts it with its data below `folder`.
///
/// # Errors
///
/// When there is no such server, or it does not start.
pub async fn start(folder: &Path, durability: Durability) -> anyhow::Result<PrivateServer> {
    let said = program::version(Path::new(PROGRAM))?;
    let version = said
        .split_whitespace()
        .find_map(|word| word.strip_prefix("v="));
    let version = format!("Redis {}", version.unwrap_or("of an unknown version"));
    let (data, port) = (folder.join("redis"), free_port()?);
    std::fs::create_dir_all(&data)?;
    let mut command = Command::new(PROGRAM);
    command.args(["--bind", "127.0.0.1", "--save", ""]);
    if durability == Durability::Always {
        command.args(["--appendonly", "yes", "--appendfsync", "always"]);
    }
    command
        .args(["--port", &port.to_string()])
        .arg("--dir")
        .arg(&data);
    let address = format!("redis://127.0.0.1:{port}/");
    program::start(command, &folder.join("redis.log"), version, port, address).await
}
