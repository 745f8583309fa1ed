//! One supervised child: spawn, watch, signal, stop.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use std::{io, thread};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::watch;

use super::spawner;

/// What to spawn and how it ends.
#[derive(Debug)]
pub struct ProcessSpec {
    /// The name people know it by.
    pub name: String,
    /// Program, arguments and environment; its standard streams are set for it.
    pub command: Command,
    /// Where its output goes, appended.
    pub log: PathBuf,
    /// What it receives when we die without stopping it (Linux only).
    pub death_signal: Signal,
}

/// A running (or ended) child. Dropping it does not stop it.
#[derive(Debug, Clone)]
pub struct Process {
    name: String,
    pid: Pid,
    log: PathBuf,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Spawns the child, with no input and both outputs in its log.
    ///
    /// # Errors
    ///
    /// When the log cannot be opened or the program not started.
    pub fn spawn(spec: ProcessSpec) -> io::Result<Self> {
        let ProcessSpec {
            name,
            mut command,
            log,
            death_signal,
        } = spec;
        let output = File::options().create(true).append(true).open(&log)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = spawner::spawn(command, death_signal)?;
        let pid = Pid::from_child(&child);
        let exit = watch_exit(&name, child)?;
        Ok(Self {
            name,
            pid,
            log,
            exit,
        })
    }

    /// The name people know it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id, also that of its process group.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// The file its output goes to.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn exit_status(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// Waits for its end.
    pub async fn wait(&self) -> ExitStatus {
        let mut exit = self.exit.clone();
        let status = exit.wait_for(Option::is_some).await.map(|status| *status);
        status
            .ok()
            .flatten()
            .expect("the reaper reports before it ends")
    }

    /// Sends a signal to its process group; nothing happens once it has ended.
    pub fn signal(&self, signal: Signal) {
        if self.exit_status().is_none() {
            // It may end between the look and the signal: then there is nobody to tell.
            let _ = kill_process_group(self.pid, signal);
        }
    }

    /// Asks it to end, waits for `grace`, then kills it. Returns how it ended.
    pub async fn stop(&self, grace: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        if let Ok(status) = tokio::time::timeout(grace, self.wait()).await {
            return status;
        }
        self.kill().await
    }

    /// Kills it without asking, and waits for the end.
    pub async fn kill(&self) -> ExitStatus {
        self.signal(Signal::KILL);
        self.wait().await
    }
}

/// Reaps the child on a thread of its own, so that it needs no runtime to stay alive.
fn watch_exit(name: &str, mut child: Child) -> io::Result<watch::Receiver<Option<ExitStatus>>> {
    let (report, exit) = watch::channel(None);
    thread::Builder::new()
        .name(format!("wait {name}"))
        .spawn(move || {
            let status = child.wait().unwrap_or_default();
            report.send_replace(Some(status));
        })?;
    Ok(exit)
}
