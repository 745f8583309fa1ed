//! Writes verdicts to the store: many in one command, again and again until they stand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::Database;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use super::lease::LeaseTable;
use super::settlement::{Ack, Settlement, Verdict};
use crate::clock::ServerClock;
use crate::config::Config;
use crate::error::Error;
use crate::metrics;
use crate::queries::ack;

/// Verdicts per command.
const BATCH: usize = 500;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(crate) struct Acker {
    pub(crate) db: Database,
    pub(crate) config: Arc<Config>,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) worker: String,
    pub(crate) stop: CancellationToken,
    pub(crate) leases: Arc<LeaseTable>,
}

impl Acker {
    /// Runs until the last sender is gone, then flushes and ends.
    pub(crate) async fn run(self, mut settlements: UnboundedReceiver<Settlement>) {
        let mut batch = Vec::with_capacity(BATCH);
        while settlements.recv_many(&mut batch, BATCH).await > 0 {
            // What was given back or lost meanwhile cannot be settled any more.
            for late in batch.extract_if(.., |settlement| !settlement.lease.is_held()) {
                self.finish(late, Ack::Stale);
            }
            if batch.is_empty() {
                continue;
            }
            let mut outcomes = self.write(&batch).await;
            for settlement in batch.drain(..) {
                let outcome = outcomes.next().unwrap_or(Ack::Stale);
                self.finish(settlement, outcome);
            }
        }
    }

    /// Writes until the store answers. When the worker stops, a store that has not answered for a
    /// whole lease is given up: the leases have expired and others may run the jobs.
    async fn write(&self, batch: &[Settlement]) -> std::vec::IntoIter<Ack> {
        self.clock.keep_fresh(&self.db).await;
        let now = self.clock.now();
        let statements = ack::statements(batch, &self.config, &self.worker, now);
        let since = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut doubtful = false;
        loop {
            match self.attempt(batch, &statements, doubtful).await {
                Ok(outcomes) => return outcomes.into_iter(),
                Err(error) => {
                    if self.stop.is_cancelled() && since.elapsed() > self.config.lease_duration {
                        tracing::error!(%error, jobs = batch.len(), "acknowledgements given up");
                        return vec![Ack::Stale; batch.len()].into_iter();
                    }
                    tracing::warn!(%error, jobs = batch.len(), "acknowledgements failed; trying again");
                    doubtful = true;
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(
        &self,
        batch: &[Settlement],
        statements: &[ack::Statement],
        doubtful: bool,
    ) -> Result<Vec<Ack>, Error> {
        let jobs = &self.config.collections.jobs;
        let matched = ack::run(&self.db, jobs, statements).await?;
        if matched == batch.len() as u64 {
            return Ok(vec![Ack::Applied; batch.len()]);
        }
        let leases: Vec<_> = batch.iter().map(|s| s.lease.as_ref()).collect();
        let applied = ack::applied(&self.db.collection(jobs), &leases).await?;
        Ok(batch
            .iter()
            .map(|settlement| {
                // A job that is removed at success and was acknowledged twice is not found.
                let gone = doubtful && self.removes(settlement);
                if gone || applied.contains(&settlement.lease.id) {
                    Ack::Applied
                } else {
                    Ack::Stale
                }
            })
            .collect())
    }

    fn removes(&self, settlement: &Settlement) -> bool {
        matches!(settlement.verdict, Verdict::Done { .. })
            && self
                .config
                .retention
                .done
                .is_some_and(|kept| kept.is_zero())
    }

    fn finish(&self, settlement: Settlement, outcome: Ack) {
        let queue = &self.config.queue;
        match outcome {
            Ack::Applied => {
                metrics::settled(queue, settlement.verdict.outcome());
                match &settlement.verdict {
                    Verdict::Retry { .. } => metrics::retried(queue),
                    Verdict::Dead { .. } => metrics::dead(queue),
                    Verdict::Done { .. } | Verdict::Release => {}
                }
            }
            Ack::Stale => metrics::stale_ack(queue),
        }
        settlement.lease.settle();
        self.leases.remove(&settlement.lease);
        if let Some(reply) = settlement.reply {
            // Nobody waits any more if the worker's future was dropped.
            let _ = reply.send(outcome);
        }
    }
}
