//! Cleans up after a test process, however it ends.
//!
//! A small shell waits on a pipe whose other end only the test process holds. When that
//! process ends, killed or not, the pipe closes, and the shell ends the server and removes
//! its data.

use std::io;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use crate::process::Process;

/// `$1` is the server's process id, `$2` its folder.
const SCRIPT: &str = r#"
cat >/dev/null
kill -9 "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
rm -rf "$2"
"#;

/// The open end of the pipe; what holds it keeps the server alive.
#[derive(Debug)]
pub(super) struct CleanupProcess {
    _alive: ChildStdin,
}

impl CleanupProcess {
    pub(super) fn spawn(server: &Process, folder: &Path) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "cleanup", &server.pid().to_string()])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        let alive = shell
            .stdin
            .take()
            .ok_or_else(|| io::Error::other("the clean-up process has no input"))?;
        Ok(Self { _alive: alive })
    }
}
