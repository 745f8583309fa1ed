//! The worker processes: a slot for each, and a process in it that is replaced when it is gone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use dossier_devstack::process::{Process, ProcessSpec, Signal, last_lines};
use tokio::time::Instant;

use crate::child::WorkerTask;
use crate::clocks::FakeTime;
use crate::record::{Occurrence, Record};

/// How often is looked whether all of them live.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A worker that ends by itself more often than this is broken, and the run with it.
const MOST_UNEXPECTED_ENDS: usize = 20;

/// Twice its grace period is what a worker takes at most to stop; this much more is the machine's.
const STOP_SLACK: Duration = Duration::from_secs(10);

/// How workers are started.
pub(crate) struct Settings {
    /// Their addresses of the server: each slot takes the next one.
    pub(crate) uris: Vec<String>,
    pub(crate) workers: usize,
    pub(crate) slots: usize,
    pub(crate) lease: Duration,
    pub(crate) fake_time: Option<FakeTime>,
    /// Where their logs go.
    pub(crate) folder: PathBuf,
}

/// The workers of a run; dropping them kills them.
pub(crate) struct Workers {
    settings: Settings,
    record: Record,
    running: Vec<Worker>,
    /// Those that were told to stop and have not ended yet.
    stopping: Vec<(Worker, Instant)>,
    started: usize,
}

/// One worker process; dropping it kills it.
struct Worker {
    name: String,
    process: Process,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.process.signal(Signal::KILL);
    }
}

impl Workers {
    pub(crate) fn start(settings: Settings, record: Record) -> anyhow::Result<Self> {
        let mut workers = Self {
            running: Vec::with_capacity(settings.workers),
            stopping: Vec::new(),
            started: 0,
            settings,
            record,
        };
        for slot in 0..workers.settings.workers {
            let worker = workers.start_in(slot)?;
            workers.running.push(worker);
        }
        Ok(workers)
    }

    fn start_in(&mut self, slot: usize) -> anyhow::Result<Worker> {
        self.started += 1;
        let Settings {
            uris,
            slots,
            lease,
            fake_time,
            folder,
            ..
        } = &self.settings;
        let name = format!("w{slot}-{}", self.started);
        let order = WorkerTask {
            worker: name.clone(),
            uri: uris[slot % uris.len()].clone(),
            slots: *slots,
            lease_ms: u64::try_from(lease.as_millis())?,
        };
        let process = spawn(&order, slot, fake_time.as_ref(), folder)?;
        self.record.add(Occurrence::Started {
            worker: name.clone(),
        });
        Ok(Worker { name, process })
    }

    /// The names of those that are to run now.
    pub(crate) fn names(&self) -> Vec<String> {
        self.running
            .iter()
            .map(|worker| worker.name.clone())
            .collect()
    }

    fn replace(&mut self, slot: usize) -> anyhow::Result<Worker> {
        let new = self.start_in(slot)?;
        Ok(std::mem::replace(&mut self.running[slot], new))
    }

    pub(crate) async fn kill(&mut self, slot: usize) -> anyhow::Result<()> {
        let worker = &self.running[slot];
        worker.process.signal(Signal::KILL);
        self.record.add(Occurrence::Killed {
            worker: worker.name.clone(),
        });
        worker.process.wait().await;
        self.replace(slot)?;
        Ok(())
    }

    /// Kills all of them before the first is replaced; returns when.
    pub(crate) async fn kill_all(&mut self) -> anyhow::Result<i64> {
        for worker in &self.running {
            worker.process.signal(Signal::KILL);
        }
        let at = self.record.add(Occurrence::AllKilled {
            workers: self.names(),
        });
        for slot in 0..self.running.len() {
            self.running[slot].process.wait().await;
        }
        for slot in 0..self.running.len() {
            self.replace(slot)?;
        }
        Ok(at)
    }

    /// Stops a worker's process where it stands; the answer lets it go on.
    pub(crate) fn freeze(&self, slot: usize) -> Frozen {
        let worker = &self.running[slot];
        worker.process.signal(Signal::STOP);
        self.record.add(Occurrence::Frozen {
            worker: worker.name.clone(),
        });
        Frozen {
            worker: worker.name.clone(),
            process: worker.process.clone(),
            record: self.record.clone(),
        }
    }

    /// Tells a worker to stop, and starts another one without waiting for it.
    pub(crate) fn terminate(&mut self, slot: usize) -> anyhow::Result<()> {
        let stopping = self.replace(slot)?;
        self.tell_to_stop(stopping);
        Ok(())
    }

    fn tell_to_stop(&mut self, worker: Worker) {
        worker.process.signal(Signal::TERM);
        // One that is frozen would not notice.
        worker.process.signal(Signal::CONT);
        self.record.add(Occurrence::ToldToStop {
            worker: worker.name.clone(),
        });
        let limit = self.settings.lease * 2 + STOP_SLACK;
        self.stopping.push((worker, Instant::now() + limit));
    }

    /// Tells all of them to stop and waits for their end.
    pub(crate) async fn stop(&mut self) {
        for worker in std::mem::take(&mut self.running) {
            self.tell_to_stop(worker);
        }
        while !self.stopping.is_empty() {
            self.look_after_stopping();
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Replaces whoever ends by itself; fails when that goes on.
    pub(crate) async fn watch(&mut self) -> anyhow::Error {
        loop {
            if let Err(error) = self.look_after() {
                return error;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn look_after(&mut self) -> anyhow::Result<()> {
        for slot in 0..self.running.len() {
            let worker = &self.running[slot];
            let Some(status) = worker.process.exit_status() else {
                continue;
            };
            let how = format!("{status}: {}", last_words(&worker.process));
            let worker = worker.name.clone();
            self.record.add(Occurrence::EndedByItself {
                worker,
                how: how.clone(),
            });
            if self.record.unexpected_ends() > MOST_UNEXPECTED_ENDS {
                bail!("workers end by themselves again and again, the last one with {how}");
            }
            self.replace(slot)?;
        }
        self.look_after_stopping();
        Ok(())
    }

    fn look_after_stopping(&mut self) {
        let record = self.record.clone();
        self.stopping.retain(|(worker, until)| {
            let how = match worker.process.exit_status() {
                Some(status) if status.success() => return false,
                Some(status) => format!("{status}: {}", last_words(&worker.process)),
                None if Instant::now() < *until => return true,
                None => "it did not end in time".to_owned(),
            };
            let worker = worker.name.clone();
            record.add(Occurrence::StoppedBadly { worker, how });
            false
        });
    }
}

/// A worker that stands still.
pub(crate) struct Frozen {
    worker: String,
    process: Process,
    record: Record,
}

impl Frozen {
    /// Lets it go on, unless it was killed meanwhile.
    pub(crate) fn thaw(self) {
        if self.process.exit_status().is_none() {
            self.process.signal(Signal::CONT);
            self.record.add(Occurrence::Thawed {
                worker: self.worker,
            });
        }
    }
}

fn spawn(
    order: &WorkerTask,
    slot: usize,
    fake_time: Option<&FakeTime>,
    folder: &Path,
) -> anyhow::Result<Process> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--child").arg(serde_json::to_string(order)?);
    if let Some(fake_time) = fake_time {
        fake_time.apply(slot, &mut command);
    }
    let process = Process::spawn(ProcessSpec {
        name: order.worker.clone(),
        command,
        log: folder.join(format!("{}.log", order.worker)),
        death_signal: Signal::KILL,
    });
    process.context("start a worker")
}

fn last_words(process: &Process) -> String {
    last_lines(process.log(), 3).join(" ")
}
