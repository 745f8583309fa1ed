//! Programs that a peer needs.

use std::process::{Command, Stdio};

/// Whether `program --version` runs.
pub(super) fn is_installed(program: &str) -> bool {
    let probe = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    probe.is_ok_and(|status| status.success())
}
