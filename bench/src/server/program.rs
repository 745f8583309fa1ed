//! Programs of servers: what they call themselves, and when they listen.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use dossier_devstack::process::{Process, ProcessSpec, Signal, last_lines};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::PrivateServer;

const PATIENCE: Duration = Duration::from_secs(30);

/// What `program --version` says.
pub(super) fn version(program: &Path) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output();
    let output = output.with_context(|| format!("no {} on PATH", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Starts a server and waits until it listens on `port`.
pub(super) async fn start(
    command: Command,
    log: &Path,
    version: String,
    port: u16,
    address: String,
) -> anyhow::Result<PrivateServer> {
    let process = Process::spawn(ProcessSpec {
        name: version.clone(),
        command,
        log: log.to_owned(),
        death_signal: Signal::KILL,
    })?;
    let server = PrivateServer {
        version,
        port,
        process,
        address: (address, String::new()),
    };
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        if server.process.exit_status().is_some() || Instant::now() > deadline {
            let said = last_lines(server.process.log(), 3).join(" ");
            bail!("{} did not start: {said}", server.version);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(server)
}
