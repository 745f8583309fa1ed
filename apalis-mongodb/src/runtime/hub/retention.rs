//! Removes finished jobs when they were kept long enough.
//!
//! An index of the server's that expires documents would have to be written at the end of every job,
//! a seventh of what a job costs the server (docs/BENCHMARKS.md). The index that lists finished
//! jobs has their order already.

use std::sync::Weak;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::Hub;
use crate::config::Config;
use crate::model::{JobState, Status};
use crate::queries::retention::{STEP, remove_finished};

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
    loop {
        let Some(shared) = hub.upgrade() else { return };
        let interval = interval(&shared).mul_f64(0.75 + rand::random::<f64>() / 4.0);
        drop(shared);
        // The processes of a queue take turns by chance.
        Hub::pause(&mut newcomers, interval).await;
        let Some(shared) = hub.upgrade() else { return };
        let began = Instant::now();
        while remove_some(&shared).await && began.elapsed() < LONGEST_INTERVAL {}
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

/// Removes one step's worth of each queue and state; whether there may be more.
async fn remove_some(hub: &Hub) -> bool {
    let jobs = hub.collections.jobs(&hub.db);
    let began = Instant::now();
    let mut more = false;
    for worker in hub.workers() {
        for (status, age) in kept(&worker.config) {
            match remove_finished(&jobs, &worker.config.queue, status, age).await {
                Ok(removed) => more |= removed >= STEP,
                Err(error) => {
                    tracing::warn!(%error, queue = worker.config.queue, "old jobs not removed; trying again later");
                    return false;
                }
            }
        }
    }
    if more {
        // Half of the time is for others.
        tokio::time::sleep(began.elapsed()).await;
    }
    more
}
