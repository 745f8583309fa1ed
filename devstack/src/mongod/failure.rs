//! Why a server did not come up.

use std::process::ExitStatus;

use super::error::Error;
use super::server::MongodOptions;
use crate::disk;
use crate::process::last_lines;

/// What mongod logs when a write fails for want of room, and then, with its stack, that it aborts.
const NO_SPACE: &str = "No space left on device";
const LINES_OF_AN_ABORT: usize = 200;

/// The server ended instead of starting.
pub(super) fn ended(status: ExitStatus, options: &MongodOptions) -> Error {
    full_disk(options).unwrap_or_else(|| Error::Ended {
        reason: explain(status, options),
    })
}

/// The server runs, and is not ready in time.
pub(super) fn late(options: &MongodOptions) -> Error {
    full_disk(options).unwrap_or_else(|| Error::NotReady {
        port: options.port,
        seconds: options.patience.as_secs(),
        log: options.log.clone(),
    })
}

/// Whether the server failed for want of room. Its log says so, unless the log itself found none.
fn full_disk(options: &MongodOptions) -> Option<Error> {
    let said = last_lines(&options.log, LINES_OF_AN_ABORT);
    let is_full = said.iter().any(|line| line.contains(NO_SPACE));
    (is_full || disk::is_exhausted(&options.data_dir)).then(|| Error::DiskFull {
        folder: options.data_dir.clone(),
    })
}

/// What an exit code means, as far as trying again cannot help.
fn explain(status: ExitStatus, options: &MongodOptions) -> String {
    match status.code() {
        Some(48) => format!("port {} is taken by another program", options.port),
        Some(100) => format!(
            "it cannot open its data in {}: another mongod holds it, or it is damaged or of another version",
            options.data_dir.display()
        ),
        _ => format!(
            "{status}; the end of {}:\n{}",
            options.log.display(),
            last_lines(&options.log, 5).join("\n")
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use rustix::process::Signal;

    use super::*;

    fn options(folder: &Path, log: &str) -> MongodOptions {
        fs::write(folder.join("log"), log).expect("there is room");
        MongodOptions {
            data_dir: folder.to_path_buf(),
            log: folder.join("log"),
            port: 1,
            cache_tenths_gb: 3,
            death_signal: Signal::KILL,
            patience: Duration::ZERO,
            test_commands: false,
        }
    }

    #[test]
    fn a_server_that_aborts_for_want_of_room_is_told_from_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let stack = "{\"s\":\"I\",\"c\":\"CONTROL\",\"msg\":\"Frame\"}\n".repeat(40);
        let full = format!(
            "{{\"s\":\"E\",\"c\":\"WT\",\"attr\":{{\"error\":28,\"message\":\"pwrite: {NO_SPACE}\"}}}}\n{stack}"
        );
        let found = full_disk(&options(folder.path(), &full)).expect("the disk was full");
        let said = found.to_string();
        assert!(said.contains("the disk is full"), "{said}");
        assert!(
            said.contains(&folder.path().display().to_string()),
            "{said}"
        );
        assert!(full_disk(&options(folder.path(), &stack)).is_none());
    }
}
