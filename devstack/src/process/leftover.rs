//! Processes a supervisor left behind when it was killed.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// A process that outlived its supervisor.
#[derive(Debug, Clone, Copy)]
pub struct LeftoverProcess {
    pid: Pid,
}

impl LeftoverProcess {
    /// The process `pid`, if it lives and its command line contains `mark`; process ids are
    /// used again, so the number alone proves nothing.
    #[must_use]
    pub fn find(pid: u32, mark: &str) -> Option<Self> {
        let pid = Pid::from_raw(i32::try_from(pid).ok()?)?;
        command_line(pid)?.contains(mark).then_some(Self { pid })
    }

    /// Whether it still runs; one that merely waits to be reaped has no command line.
    #[must_use]
    pub fn is_alive(self) -> bool {
        command_line(self.pid).is_some_and(|line| !line.trim().is_empty())
    }
}

/// Asks a leftover to end, waits for `grace`, then kills it.
pub async fn end_leftover_process(leftover: LeftoverProcess, grace: Duration) {
    for (signal, patience) in [
        (Signal::TERM, grace),
        (Signal::KILL, Duration::from_secs(5)),
    ] {
        // It may be gone already, which is all we want.
        let _ = kill_process(leftover.pid, signal);
        let deadline = Instant::now() + patience;
        while leftover.is_alive() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if !leftover.is_alive() {
            return;
        }
    }
}

fn command_line(pid: Pid) -> Option<String> {
    let number = pid.as_raw_nonzero().to_string();
    let bytes = std::fs::read(format!("/proc/{number}/cmdline"))
        .ok()
        .or_else(|| listed(&number))?;
    Some(String::from_utf8_lossy(&bytes).replace('\0', " "))
}

/// What `ps` says, for systems without `/proc`.
fn listed(pid: &str) -> Option<Vec<u8>> {
    let output = Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", pid])
        .output()
        .ok()?;
    Some(output.stdout)
}
