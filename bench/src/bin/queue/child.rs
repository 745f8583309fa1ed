//! A child process and what it says.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use dossier_devstack::process::{Process, ProcessSpec, Signal, last_lines};
use tokio::time::Instant;

use crate::child_task::{ChildReport, ChildTask};

/// The pause between two looks at what a child says.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A running child; dropping it kills it.
pub(crate) struct Child {
    process: Process,
    log: BufReader<File>,
    /// The beginning of a line whose end is not written yet.
    line: String,
}

impl Child {
    /// Starts a child with its own log in `folder`.
    pub(crate) fn start(order: &ChildTask, folder: &Path) -> anyhow::Result<Self> {
        let log = new_log(folder)?;
        let spec = ProcessSpec {
            name: order.candidate.name().to_owned(),
            command: order.candidate.command(order)?,
            log: log.clone(),
            death_signal: Signal::KILL,
        };
        Ok(Self {
            process: Process::spawn(spec).context("start a child")?,
            log: BufReader::new(File::open(log)?),
            line: String::new(),
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The next thing it said, if it has said anything more.
    pub(crate) fn said(&mut self) -> anyhow::Result<Option<ChildReport>> {
        loop {
            self.log.read_line(&mut self.line)?;
            if !self.line.ends_with('\n') {
                return Ok(None);
            }
            let line = std::mem::take(&mut self.line);
            // Warnings and the like stand between the lines that are meant for us.
            if let Ok(said) = serde_json::from_str(&line) {
                return Ok(Some(said));
            }
        }
    }

    /// Waits until it says what `wanted` accepts.
    pub(crate) async fn receive<T>(
        &mut self,
        patience: Duration,
        wanted: impl Fn(ChildReport) -> Option<T>,
    ) -> anyhow::Result<T> {
        let deadline = Instant::now() + patience;
        loop {
            self.assert_alive()?;
            while let Some(said) = self.said()? {
                if let Some(found) = wanted(said) {
                    return Ok(found);
                }
            }
            if Instant::now() > deadline {
                bail!("it took longer than {} s", patience.as_secs());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub(crate) async fn ready(&mut self, patience: Duration) -> anyhow::Result<()> {
        let wanted = |said| matches!(said, ChildReport::Ready {}).then_some(());
        self.receive(patience, wanted).await
    }

    /// Fails if it ended with an error, with the end of its log.
    pub(crate) fn assert_alive(&self) -> anyhow::Result<()> {
        match self.process.exit_status() {
            Some(status) if !status.success() => bail!(
                "a child of {} ended ({status}): {}",
                self.process.name(),
                last_lines(self.process.log(), 3).join(" ")
            ),
            _ => Ok(()),
        }
    }

    /// Kills it and waits until it is gone.
    pub(crate) async fn end(self) {
        self.process.kill().await;
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.process.signal(Signal::KILL);
    }
}

/// An empty file with a name of its own.
fn new_log(folder: &Path) -> anyhow::Result<PathBuf> {
    let file = tempfile::Builder::new()
        .prefix("child-")
        .tempfile_in(folder)?;
    Ok(file.into_temp_path().keep()?)
}
