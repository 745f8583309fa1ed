//! `cargo dev start-worker`

use std::process::ExitCode;

use anyhow::Result;
use dossier_devstack::supervisor::Supervisor;

use super::{output, running};

pub(super) async fn start_worker() -> Result<ExitCode> {
    let record = running::record()?;
    let pid = Supervisor::of(&record).start_worker().await?;
    output::line(pid.to_string());
    Ok(ExitCode::SUCCESS)
}
