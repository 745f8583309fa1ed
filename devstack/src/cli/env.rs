//! `cargo dev env`

use std::process::ExitCode;

use anyhow::Result;

use super::{output, running};

pub(super) fn print_env() -> Result<ExitCode> {
    for (name, value) in running::record()?.variables() {
        output::line(format!("{name}={value}"));
    }
    Ok(ExitCode::SUCCESS)
}
