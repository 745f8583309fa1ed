//! What `cargo dev --detach` leaves running.

use std::process::ExitCode;

use anyhow::{Context, Result};
use dossier_devstack::stack::Prepared;

use super::{running, up};

pub(super) async fn supervise(prepared: &str, workers: u16) -> Result<ExitCode> {
    // Away from the terminal: its end, or Ctrl-C in it, is no longer ours.
    rustix::process::setsid().context("leaving the terminal")?;
    let prepared: Prepared = serde_json::from_str(prepared).context("reading --prepared")?;
    up::run(&running::own_state_dir()?, prepared, workers).await
}
