//! Claims jobs for one worker.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, watch};

use super::claiming::Round;
use super::hub::Hub;
use super::scan::Scan;
use super::worker::WorkerRuntime;
use crate::clock::ServerClock;
use crate::metrics;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Fetcher {
    pub(crate) worker: Arc<WorkerRuntime>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) wake: watch::Receiver<u64>,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) scan: Scan,
}

impl Fetcher {
    /// Claims until the worker stops. A claim that was begun is always finished.
    pub(crate) async fn run(mut self) {
        let stop = self.worker.stop.clone();
        let mut pause = FIRST_PAUSE;
        while !stop.is_cancelled() {
            let Some(permits) = self.wait_for_room().await else {
                return;
            };
            // Before asking, so that a wake-up meanwhile is not lost.
            self.wake.borrow_and_update();
            let round = self.round(permits).await;
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
