//! `cargo dev reset`

use std::process::ExitCode;

use anyhow::Result;
use dossier_devstack::environment;
use dossier_devstack::stack::Running;

use super::{down, output, running};

pub(super) async fn reset(yes: bool) -> Result<ExitCode> {
    let state = running::state_dir()?;
    let path = state.path().display().to_string();
    if !yes {
        output::note(format!(
            "This stops the stack and deletes {path}: the database, all documents, secrets and logs.\n\
             Run `cargo dev reset --yes` to do it."
        ));
        return Ok(ExitCode::from(2));
    }
    if !matches!(state.running()?, Running::No) {
        down::stop(&state).await?;
    }
    state.delete().await?;
    output::note(format!("deleted {path}"));
    if environment::mongodb_uri().is_some() {
        output::note("the database at MONGODB_URI is not ours and stays as it is");
    }
    Ok(ExitCode::SUCCESS)
}
