//! Keeps the buffer of one worker filled.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, watch};

use super::claiming::{Claimer, Round};
use super::hub::Hub;
use super::worker::WorkerRuntime;
use crate::clock::ServerClock;
use crate::metrics;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Fetcher {
    worker: Arc<WorkerRuntime>,
    hub: Arc<Hub>,
    wake: watch::Receiver<u64>,
    claimer: Claimer,
}

impl Fetcher {
    /// A fetcher for `worker`, which `wake` wakes.
    pub(super) fn new(
        worker: Arc<WorkerRuntime>,
        hub: Arc<Hub>,
        wake: watch::Receiver<u64>,
        clock: Arc<ServerClock>,
    ) -> Self {
        let claimer = Claimer::new(Arc::clone(&worker), Arc::clone(&hub), clock);
        Self {
            worker,
            hub,
            wake,
            claimer,
        }
    }

    /// Claims until the worker stops. A claim that was begun is always finished.
    pub(super) async fn run(mut self) {
        let stop = self.worker.stop.clone();
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            let Some(permits) = self.wait_for_room().await else {
                return;
            };
            // Before asking, so that a wake-up meanwhile is not lost.
            self.wake.borrow_and_update();
            let round = self.claimer.round(permits).await;
            if round.is_ok() {
                pause = FIRST_PAUSE;
            }
            let wait = match round {
                Ok(Round::Claimed) => continue,
                Ok(Round::Empty) => {
                    self.hub.look_at(&self.worker.config.queue);
                    None
                }
                Ok(Round::Blocked(wait)) => Some(wait),
                Ok(Round::Paused) => Some(self.hub.settings_age()),
                Err(error) => {
                    tracing::warn!(%error, queue = self.worker.config.queue, "claim failed; trying again");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    Some(pause)
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = self.wake.changed() => metrics::woken(&self.worker.config.queue),
                () = sleep_or_wait(wait) => {}
            }
        }
    }

    /// Waits until the buffer runs low and there is leave for more jobs, so that a busy worker
    /// claims in batches and not one by one.
    async fn wait_for_room(&self) -> Option<Vec<OwnedSemaphorePermit>> {
        let worker = &self.worker;
        let low = worker.config.max_in_flight / 4;
        loop {
            if worker.stop.is_cancelled() {
                return None;
            }
            if worker.buffer.len() <= low {
                break;
            }
            tokio::select! {
                () = worker.stop.cancelled() => return None,
                () = worker.buffer.room() => {}
            }
        }
        let first = tokio::select! {
            () = worker.stop.cancelled() => return None,
            permit = Arc::clone(&worker.permits).acquire_owned() => permit.ok()?,
        };
        let mut permits = vec![first];
        while permits.len() < worker.config.batch_size {
            match Arc::clone(&worker.permits).try_acquire_owned() {
                Ok(permit) => permits.push(permit),
                Err(_) => break,
            }
        }
        Some(permits)
    }
}

async fn sleep_or_wait(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
