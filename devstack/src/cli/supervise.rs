//! What `cargo dev --detach` leaves running.

use std::process::ExitCode;

use anyhow::{Context, Result};
use dossier_devstack::stack::Prepared;
use dossier_devstack::supervisor::Event;

use super::{output, running, up};

pub(super) async fn supervise(prepared: &str, workers: u16) -> Result<ExitCode> {
    // Away from the terminal: its end, or Ctrl-C in it, is no longer ours.
    rustix::process::setsid().context("leaving the terminal")?;
    let prepared: Prepared = serde_json::from_str(prepared).context("reading --prepared")?;
    up::run(&running::own_state_dir()?, prepared, workers, tell).await
}

/// What is told goes into a log: addresses, and none of the logins that a terminal shows.
fn tell(event: Event<'_>) {
    match event {
        Event::Ready(record) => output::note(format!("ready on {}", record.api_url)),
        Event::Ended(process) => up::tell_end(process),
    }
}
