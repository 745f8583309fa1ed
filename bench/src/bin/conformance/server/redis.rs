//! Redis with its own defaults, apart from snapshots, which nobody reads.

use std::path::Path;
use std::process::Command;

use dossier_devstack::mongod::free_port;

use super::{Server, program};

const PROGRAM: &str = "redis-server";

pub(crate) async fn start(folder: &Path) -> anyhow::Result<Server> {
    let said = program::version(Path::new(PROGRAM))?;
    let words = said.split_whitespace();
    let version = words.filter_map(|word| word.strip_prefix("v=")).next();
    let version = format!("Redis {}", version.unwrap_or("of an unknown version"));
    let port = free_port()?;
    let mut command = Command::new(PROGRAM);
    command
        .args(["--bind", "127.0.0.1", "--save", ""])
        .args(["--port", &port.to_string()])
        .arg("--dir")
        .arg(folder);
    program::start(command, &folder.join("redis.log"), port, version).await
}
