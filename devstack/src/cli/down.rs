//! `cargo dev down`

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use dossier_devstack::progress::Progress;
use dossier_devstack::stack::{Running, StateDir};
use dossier_devstack::supervisor::Supervisor;

use super::{output, running};

const PATIENCE: Duration = Duration::from_secs(90);

pub(super) async fn down() -> Result<ExitCode> {
    let state = running::state_dir()?;
    match state.running()? {
        Running::No => output::note("No stack is running in this checkout."),
        _ => stop(&state).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Stops the running stack and waits until it is gone.
pub(super) async fn stop(state: &StateDir) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let step = Progress::detect().begin("stopping the stack");
    let mut was_told = false;
    loop {
        match state.running()? {
            Running::No => break,
            Running::Yes(record) if !was_told => {
                Supervisor::of(&record).shut_down().await?;
                was_told = true;
            }
            _ if Instant::now() > deadline => {
                bail!(
                    "the stack is still running after {} s; see `cargo dev status`",
                    PATIENCE.as_secs()
                )
            }
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    step.done("stopped");
    Ok(())
}
