//! The workers of a stack, as they come and go.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use dossier_bench::Promises;
use dossier_devstack::stack::Stack;

/// The workers of a stack, the oldest first.
pub(crate) struct Crew<'a> {
    run: &'static str,
    pub(crate) stack: &'a mut Stack,
    promises: &'a mut Promises,
    workers: VecDeque<u32>,
    began: Instant,
    /// The process ids of those that were killed.
    killed: Vec<u32>,
    /// How many were told to stop.
    drained: usize,
}

impl<'a> Crew<'a> {
    /// Those that run already.
    pub(crate) fn of(run: &'static str, stack: &'a mut Stack, promises: &'a mut Promises) -> Self {
        Self {
            run,
            workers: stack.workers().map(|worker| worker.pid()).collect(),
            stack,
            promises,
            began: Instant::now(),
            killed: Vec::new(),
            drained: 0,
        }
    }

    /// Adds so many that are this program.
    pub(crate) async fn start(&mut self, count: usize, program: &Path) -> anyhow::Result<()> {
        for _ in 0..count {
            let pid = self.stack.start_worker_of(program).await?;
            self.workers.push_back(pid);
            self.tell(&format!("worker {pid} started"));
        }
        Ok(())
    }

    /// Kills the oldest.
    pub(crate) async fn kill_oldest(&mut self) -> anyhow::Result<()> {
        let pid = self.workers.pop_front().context("no worker is left")?;
        self.kill(pid).await
    }

    /// Kills the newest.
    pub(crate) async fn kill_newest(&mut self) -> anyhow::Result<()> {
        let pid = self.workers.pop_back().context("no worker is left")?;
        self.kill(pid).await
    }

    async fn kill(&mut self, pid: u32) -> anyhow::Result<()> {
        self.stack.kill_worker(pid).await?;
        self.killed.push(pid);
        self.tell(&format!("worker {pid} killed"));
        Ok(())
    }

    /// Tells the oldest to stop, and waits until it has.
    pub(crate) async fn drain_oldest(&mut self) -> anyhow::Result<()> {
        let pid = self.workers.pop_front().context("no worker is left")?;
        let status = self.stack.stop_worker(pid).await?;
        self.drained += 1;
        self.ended(&format!("worker {pid}"), status);
        Ok(())
    }

    /// A process that was told to stop has ended so.
    pub(crate) fn ended(&mut self, who: &str, status: std::process::ExitStatus) {
        self.tell(&format!("{who} told to stop"));
        if !status.success() {
            let what = format!("{who} stops when it is told to");
            self.promises.add(self.run, what, status, false);
        }
    }

    pub(crate) fn tell(&self, what: &str) {
        let after = self.began.elapsed().as_secs_f64();
        let run = self.run;
        anstream::eprintln!("{run}, {after:.1} s: {what}");
    }

    /// Who was killed, and how many were told to stop.
    pub(crate) fn gone(self) -> (Vec<u32>, usize) {
        (self.killed, self.drained)
    }
}
