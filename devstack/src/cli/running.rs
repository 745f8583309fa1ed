//! Finds the stack the other commands speak to.

use anyhow::{Result, bail};
use dossier_devstack::environment;
use dossier_devstack::stack::{Running, StackRecord, StateDir};

/// The state folder of this checkout, taken for a stack.
pub(super) fn own_state_dir() -> Result<StateDir> {
    Ok(StateDir::open(environment::state_dir())?)
}

/// The state folder of this checkout, to look at.
pub(super) fn state_dir() -> Result<StateDir> {
    Ok(StateDir::find(environment::state_dir())?)
}

/// The running stack.
pub(super) fn record() -> Result<StackRecord> {
    match state_dir()?.running()? {
        Running::Yes(record) => Ok(record),
        Running::Starting => bail!("the stack is starting or stopping; try again in a moment"),
        _ => bail!(
            "no stack is running in this checkout: `cargo dev` or `cargo dev --detach` starts one"
        ),
    }
}
