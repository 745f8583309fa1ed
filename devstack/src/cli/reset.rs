//! `cargo dev reset`

use std::process::ExitCode;

use anyhow::Result;
use dossier_devstack::environment;
use dossier_devstack::stack::{Running, StateDir};

use super::{down, output, running};

pub(super) async fn reset(yes: bool) -> Result<ExitCode> {
    let state = running::state_dir()?;
    let path = state.path().display().to_string();
    let running = state.running()?;
    let contents = Contents::of(&state, &running);
    if !yes {
        output::note(format!(
            "This stops the stack and deletes {path}: {}",
            contents.deleted()
        ));
        contents.tell_what_stays();
        output::note("Run `cargo dev reset --yes` to do it.");
        return Ok(ExitCode::from(2));
    }
    if !matches!(running, Running::No) {
        down::stop(&state).await?;
    }
    let was_there = state.is_in_use();
    state.delete().await?;
    if was_there {
        output::note(format!("deleted {path}"));
    } else {
        output::note(format!("there is nothing to delete in {path}"));
    }
    contents.tell_what_stays();
    Ok(ExitCode::SUCCESS)
}

/// Where the data of the folder's stack is.
#[derive(Debug, Clone, Copy)]
struct Contents {
    /// In the folder.
    here: bool,
    /// At MONGODB_URI, now or when the running stack was started.
    elsewhere: bool,
}

impl Contents {
    fn of(state: &StateDir, running: &Running) -> Self {
        let runs_elsewhere = matches!(running, Running::Yes(record) if !record.has_own_mongod());
        Self {
            here: state.mongod_data().is_dir(),
            elsewhere: runs_elsewhere || environment::mongodb_uri().is_some(),
        }
    }

    fn deleted(self) -> &'static str {
        if self.here {
            "the database with all accounts and documents, the secrets and the logs."
        } else {
            "the secrets and the logs. There is no database in it."
        }
    }

    fn tell_what_stays(self) {
        if self.elsewhere {
            output::note(
                "The database at MONGODB_URI is not the stack's own and stays as it is. The Ops, Client and \
                 Admin accounts in it keep passwords that the next stack does not know: drop it, or name another one.",
            );
        }
    }
}
