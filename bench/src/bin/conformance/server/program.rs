//! Programs of servers: what they call themselves, and when they listen.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use dossier_devstack::process::{Process, ProcessSpec, Signal, last_lines};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::Server;

const PATIENCE: Duration = Duration::from_secs(30);

/// What `program --version` says.
pub(super) fn version(program: &Path) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output();
    let output = output.with_context(|| format!("no {} on PATH", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Starts the server and waits until it listens.
pub(super) async fn start(
    command: Command,
    log: &Path,
    port: u16,
    version: String,
) -> anyhow::Result<Server> {
    let process = Process::spawn(ProcessSpec {
        name: version.clone(),
        command,
        log: log.to_owned(),
        death_signal: Signal::KILL,
    })?;
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        if process.exit_status().is_some() || Instant::now() > deadline {
            let said = last_lines(process.log(), 3).join(" ");
            bail!("{version} did not start: {said}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(Server {
        version,
        port,
        process: Some(process),
    })
}
