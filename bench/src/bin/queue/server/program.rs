//! Programs of servers: where they are, what they call themselves, when they listen.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use dossier_devstack::process::{Process, last_lines};
use tokio::net::TcpStream;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(30);

/// What `program --version` says.
pub(super) fn version(program: &Path) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output();
    let output = output.with_context(|| format!("no {} on PATH", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Waits until something listens on `port`.
pub(super) async fn listens(process: &Process, port: u16) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        if process.exit_status().is_some() || Instant::now() > deadline {
            let said = last_lines(process.log(), 3).join(" ");
            bail!("{} did not start: {said}", process.name());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
