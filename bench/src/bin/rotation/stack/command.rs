//! Programs that run to their end.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// No command takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a command printed; its errors when it fails.
pub(crate) async fn run_to_end(mut command: Command, input: &str) -> anyhow::Result<String> {
    let program = command.as_std().get_program().to_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("run {}", program.display()))?;
    let mut stdin = child.stdin.take().context("its input is piped")?;
    // A program that does not read its input closes it; what matters is how it ends.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = timeout(PATIENCE, child.wait_with_output()).await;
    let output = output.with_context(|| format!("{} did not end", program.display()))??;
    ensure!(
        output.status.success(),
        "{} ended with {}: {}",
        program.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
