//! One full queue, drained once.

use anyhow::{bail, ensure};
use dossier_bench::{Disturbance, Load, cpu_seconds_of_tree, peak_memory_kib_of};
use std::time::Duration;
use tokio::time::Instant;

use super::Bench;
use crate::arguments::Settings;
use crate::candidate::Candidate;
use crate::child::Child;
use crate::child_task::{ChildReport, EnqueueMode, Tally, Task, now_micros};

/// The pause between two looks at how far the workers are.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What a drain cost.
pub(super) struct Drained {
    /// From the first handler's start until the store has all jobs as finished.
    pub(super) seconds: f64,
    /// The same, from when the connected processes were told to begin.
    pub(super) seconds_from_order: f64,
    pub(super) jobs: u32,
    pub(super) server_cpu_seconds: f64,
    pub(super) client_cpu_seconds: f64,
    /// Of the process that took most.
    pub(super) peak_mib: f64,
    /// Handlers that ran in all; more than `jobs` if some jobs ran twice.
    pub(super) runs: u64,
    /// Share of the candidates of claims that another process took first, where it is told.
    pub(super) contended: Option<f64>,
    /// What was taken from all of this meanwhile.
    pub(super) disturbance: Disturbance,
}

/// Fills the queue, starts the workers, lets them all begin at once, and waits until the store
/// has every job as finished.
pub(super) async fn drain(
    bench: &Bench<'_>,
    candidate: Candidate,
    processes: usize,
    settings: &Settings,
) -> anyhow::Result<Drained> {
    let jobs = candidate.share_of(bench.arguments.jobs);
    bench.store(candidate).reset().await?;
    let fill = match candidate.can_enqueue_in_batches() {
        true => EnqueueMode::Batches,
        false => EnqueueMode::OneByOne,
    };
    bench.push(candidate, fill, jobs).await?;
    let gate = bench.gate()?;
    let mut workers = Vec::new();
    for _ in 0..processes {
        let begin = gate.path().to_path_buf();
        workers.push(bench.child(candidate, settings, Task::Work { begin })?);
    }
    for worker in &mut workers {
        worker.ready(bench.arguments.patience()).await?;
    }
    let server = bench.server(candidate).pid();
    let cpu_before = (cpu_seconds_of_tree(server), cpu_of(&workers));
    let load = Load::now(&[server]);
    let began = gate.open()?;
    let tallies = until_finished(bench, candidate, &mut workers, jobs).await?;
    let ended = now_micros();
    let disturbance = load.disturbance();
    let cpu_after = (cpu_seconds_of_tree(server), cpu_of(&workers));
    let peaks = workers
        .iter()
        .filter_map(|worker| peak_memory_kib_of(worker.pid()));
    let peak_mib = peaks.max().unwrap_or_default() as f64 / 1024.0;
    for worker in workers {
        worker.end().await;
    }
    let firsts = tallies
        .iter()
        .filter(|tally| tally.count > 0)
        .map(|tally| tally.first);
    let seconds_from = |start: u64| ended.saturating_sub(start) as f64 / 1e6;
    Ok(Drained {
        seconds: seconds_from(firsts.min().unwrap_or(began)),
        seconds_from_order: seconds_from(began),
        jobs,
        server_cpu_seconds: cpu_after.0 - cpu_before.0,
        client_cpu_seconds: cpu_after.1 - cpu_before.1,
        peak_mib,
        runs: tallies.iter().map(|tally| tally.count).sum(),
        contended: contention(&tallies),
        disturbance,
    })
}

fn cpu_of(workers: &[Child]) -> f64 {
    workers
        .iter()
        .map(|worker| cpu_seconds_of_tree(worker.pid()))
        .sum()
}

async fn until_finished(
    bench: &Bench<'_>,
    candidate: Candidate,
    workers: &mut [Child],
    jobs: u32,
) -> anyhow::Result<Vec<Tally>> {
    let (jobs, patience) = (u64::from(jobs), bench.arguments.patience());
    let deadline = Instant::now() + patience;
    let mut tallies = vec![Tally::default(); workers.len()];
    loop {
        for (worker, tally) in workers.iter_mut().zip(&mut tallies) {
            worker.assert_alive()?;
            while let Some(said) = worker.said()? {
                if let ChildReport::Ran(newer) = said {
                    *tally = newer;
                }
            }
        }
        let ran: u64 = tallies.iter().map(|tally| tally.count).sum();
        // The store is not bothered before the handlers have run.
        if ran >= jobs && bench.store(candidate).unfinished(jobs).await? == 0 {
            return Ok(tallies);
        }
        if Instant::now() > deadline {
            let seconds = patience.as_secs();
            bail!("{ran} of {jobs} jobs had run after {seconds} s, not all were acknowledged");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn contention(tallies: &[Tally]) -> Option<f64> {
    let claimed: u64 = tallies.iter().map(|tally| tally.claimed).sum();
    let contended: u64 = tallies.iter().map(|tally| tally.contended).sum();
    let candidates = claimed + contended;
    (claimed > 0).then(|| contended as f64 / candidates as f64)
}

impl Drained {
    pub(super) fn rate(&self) -> f64 {
        f64::from(self.jobs) / self.seconds
    }

    /// Fails if some jobs ran more than once.
    pub(super) fn assert_each_ran_once(&self) -> anyhow::Result<()> {
        let again = self.runs.saturating_sub(u64::from(self.jobs));
        ensure!(
            again == 0,
            "{again} of {} jobs ran more than once",
            self.jobs
        );
        Ok(())
    }
}
