//! Giving back what a stopping process still holds.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::timeout;

use super::MongoStorage;
use crate::error::Error;
use crate::runtime::WorkerRuntime;
use crate::settlement::{Ack, Settlement, Verdict};
use crate::sync::lock;

/// How long a claim that is under way is waited for at the end of a process.
const CLAIM_LIMIT: Duration = Duration::from_secs(3);

impl<Args, C> MongoStorage<Args, C> {
    /// How many jobs the workers of this storage and its clones hold, waiting or running.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.running_workers()
            .iter()
            .map(|worker| worker.leases.len())
            .sum()
    }

    /// Stops the workers of this storage and its clones from claiming, and gives back every job
    /// they still hold; returns how many. Running handlers go on but cannot acknowledge any more:
    /// their jobs are ready again, with the attempt not counted. For a shutdown whose grace
    /// period is over.
    ///
    /// # Errors
    ///
    /// None at present. What the database does not take is not counted, and is rescued when its lease
    /// expires.
    pub async fn release_running(&self) -> Result<usize, Error> {
        let mut released = 0;
        for worker in self.running_workers() {
            worker.stop.cancel();
            // A claim that is under way would take again what is given back here.
            let ended = timeout(CLAIM_LIMIT, worker.claims_ended.cancelled()).await;
            if ended.is_err() {
                tracing::warn!(
                    worker = worker.id,
                    "a claim does not end; its jobs may be rescued"
                );
            }
            worker.release_buffered();
            for lease in worker.leases.held() {
                if lease.is_settling() {
                    continue;
                }
                let settlement = Settlement::now(lease, Verdict::Release);
                if worker.settle(settlement).await == Ack::Applied {
                    released += 1;
                }
            }
            // The process is about to end, most likely before the worker does.
            worker.forget().await;
        }
        Ok(released)
    }

    pub(crate) fn running_workers(&self) -> Vec<Arc<WorkerRuntime>> {
        let mut workers = lock(&self.workers);
        workers.retain(|worker| worker.strong_count() > 0);
        workers.iter().filter_map(Weak::upgrade).collect()
    }
}
