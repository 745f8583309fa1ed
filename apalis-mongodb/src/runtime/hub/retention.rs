//! Removes finished jobs when they were kept long enough, and makes documents dead that never come due.
//!
//! An index of the server's that expires documents would have to be written at the end of every job,
//! a seventh of what a job costs the server (docs/BENCHMARKS.md). The index that lists finished
//! jobs has their order already.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

use super::Hub;
use crate::config::Config;
use crate::deadline::CALL_LIMIT;
use crate::error::Error;
use crate::model::{JobState, Status};
use crate::queries::dead_letter;
use crate::queries::never_due::never_due;
use crate::queries::retention::{STEP, remove_finished};
use crate::runtime::worker::WorkerRuntime;

/// A job is removed at most this long after its time.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// However short jobs are kept.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
const FINISHED: [(JobState, Status); 3] = [
    (JobState::Done, Status::Done),
    (JobState::Dead, Status::Failed),
    (JobState::Cancelled, Status::Killed),
];

/// Looks until the last worker is gone.
pub(super) async fn run(hub: Weak<Hub>, mut newcomers: watch::Receiver<()>) {
    let mut looked_at = Instant::now();
    loop {
        let Some(shared) = hub.upgrade() else { return };
        // By chance, so that the processes of a queue do not all look at the same time.
        let interval = interval(&shared).mul_f64(0.75 + rand::random::<f64>() / 4.0);
        drop(shared);
        let wait = interval.saturating_sub(looked_at.elapsed());
        if timeout(wait, newcomers.changed()).await.is_ok() {
            // Who came may keep jobs for a shorter time.
            continue;
        }
        let Some(shared) = hub.upgrade() else { return };
        looked_at = Instant::now();
        dead_letter_never_due(&shared).await;
        while remove_some(&shared).await && looked_at.elapsed() < LONGEST_INTERVAL {}
    }
}

fn interval(hub: &Hub) -> Duration {
    let workers = hub.workers();
    let kept = workers.iter().flat_map(|worker| kept(&worker.config));
    kept.map(|(_, age)| age)
        .min()
        .unwrap_or(LONGEST_INTERVAL)
        .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL)
}

/// Which finished jobs of a queue are kept for how long; those without an end are left out.
fn kept(config: &Config) -> impl Iterator<Item = (Status, Duration)> + use<> {
    let retention = config.retention;
    FINISHED
        .into_iter()
        .filter_map(move |(state, status)| Some((status, retention.of(state)?)))
}

/// What all workers keep, each queue once however many serve it.
fn kept_by(workers: &[Arc<WorkerRuntime>]) -> HashSet<(String, Status, Duration)> {
    let of_each = workers.iter().flat_map(|worker| {
        let queue = &worker.config.queue;
        kept(&worker.config).map(move |(status, age)| (queue.clone(), status, age))
    });
    of_each.collect()
}

/// Removes one step's worth of each queue and state; whether there may be more.
async fn remove_some(hub: &Hub) -> bool {
    let jobs = hub.collections.jobs(&hub.db);
    let began = Instant::now();
    let mut more = false;
    for (queue, status, age) in kept_by(&hub.workers()) {
        match remove_finished(&jobs, &queue, status, age).await {
            Ok(removed) => more |= removed >= STEP,
            Err(error) => {
                tracing::warn!(%error, queue, "old jobs not removed; trying again later");
                return false;
            }
        }
    }
    if more {
        // Half of the time is for others.
        tokio::time::sleep(began.elapsed()).await;
    }
    more
}

/// No claim finds these, so no claim makes them dead.
async fn dead_letter_never_due(hub: &Hub) {
    let workers = hub.workers();
    let queues: HashSet<_> = workers
        .iter()
        .map(|worker| worker.config.queue.as_str())
        .collect();
    for queue in queues {
        if let Err(error) = dead_letter_in(hub, queue).await {
            tracing::warn!(%error, queue, "documents that never come due are left for later");
        }
    }
}

async fn dead_letter_in(hub: &Hub, queue: &str) -> Result<(), Error> {
    let jobs = hub.collections.jobs(&hub.db);
    let found = never_due(&jobs, queue, CALL_LIMIT).await?;
    dead_letter::malformed(&jobs, queue, CALL_LIMIT, found).await
}
