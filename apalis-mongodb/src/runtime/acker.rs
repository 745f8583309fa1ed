//! Writes verdicts to the store: many in one command, again and again until they stand.

mod alone;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::Database;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use self::alone::Alone;
use crate::backoff::Backoff;
use crate::clock::ServerClock;
use crate::config::Config;
use crate::error::Error;
use crate::lease::LeaseTable;
use crate::metrics;
use crate::model::Outcome;
use crate::queries::dead_letter::dead_letter;
use crate::queries::{ack, ack_known, ack_size, rate};
use crate::settlement::{Ack, Settlement, Verdict};

/// Verdicts per command.
const BATCH: usize = 500;
/// How much of an error stays with a job whose verdict cannot be stored.
const MAX_REASON_CHARS: usize = 300;
/// The same where there is hardly any room beside the job's payload.
const NO_ROOM: &str = "no room to store the outcome";

/// How long the verdicts of a batch are sent together while the server refuses them.
const SPLIT_AFTER: Duration = Duration::from_secs(5);

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
        let mut alone = Alone::new(self);
        let acker = alone.acker();
        let mut batch = Vec::with_capacity(BATCH);
        while settlements.recv_many(&mut batch, BATCH).await > 0 {
            // What was given back or lost meanwhile cannot be settled any more.
            for late in batch.extract_if(.., |settlement| !settlement.lease.is_held()) {
                acker.finish(late, Ack::Stale);
            }
            acker.leave_out_completed(&mut batch).await;
            for locked in batch.extract_if(.., |settlement| settlement.lease.may_be_locked()) {
                alone.settle(locked);
            }
            let outcomes = acker.write(&mut batch).await;
            acker.return_starts(&batch, &outcomes).await;
            for (settlement, outcome) in batch.drain(..).zip(outcomes) {
                match outcome {
                    Some(outcome) => acker.finish(settlement, outcome),
                    None => alone.settle(settlement),
                }
            }
        }
        alone.end().await;
    }

    /// Leaves out the successes that committed transactions of their handlers have written: to look
    /// costs less than to write them again, which changes nothing.
    async fn leave_out_completed(&self, batch: &mut Vec<Settlement>) {
        let completed = |s: &Settlement| s.lease.is_in_transaction() && s.verdict.is_success();
        let leases: Vec<_> = batch
            .iter()
            .filter(|settlement| completed(settlement))
            .map(|settlement| settlement.lease.as_ref())
            .collect();
        if leases.is_empty() {
            return;
        }
        let Ok(known) = ack_known::known(&self.db, &self.config, &leases).await else {
            // They are written like the others.
            return;
        };
        for settled in batch.extract_if(.., |settlement| {
            completed(settlement) && self.is_applied(settlement, &known, true)
        }) {
            self.finish(settled, Ack::Applied);
        }
    }

    fn is_applied(
        &self,
        settlement: &Settlement,
        known: &ack_known::Known,
        may_be_gone: bool,
    ) -> bool {
        let removes = may_be_gone && ack::removes(&settlement.verdict, &self.config);
        known.is_applied(&settlement.lease.id, removes)
    }

    /// Writes the verdicts of `batch`. If the store would never take them together, they are
    /// halved until the one that it refuses stands alone. Those among which one's job is locked have no
    /// outcome yet.
    async fn write(&self, batch: &mut [Settlement]) -> Vec<Option<Ack>> {
        let mut outcomes = Vec::with_capacity(batch.len());
        // What is still to be written, the next part last.
        let mut parts = vec![batch];
        while let Some(part) = parts.pop() {
            match (self.persist(part).await, part) {
                (Ok(written), _) => outcomes.extend(written.into_iter().map(Some)),
                (Err(error), part) if error.is_about_lock() => {
                    outcomes.extend(part.iter().map(|_| None));
                }
                (Err(error), [unstorable]) => {
                    outcomes.push(Some(self.give_up(unstorable, &error).await));
                }
                (Err(_), part) => {
                    let (first, second) = part.split_at_mut(part.len() / 2);
                    parts.extend([second, first]);
                }
            }
        }
        outcomes
    }

    /// Returns to the queue's rate limit what was granted for jobs that were given back before they
    /// started. If the store does not take it, they start later than they might.
    async fn return_starts(&self, batch: &[Settlement], outcomes: &[Option<Ack>]) {
        let unused = batch.iter().zip(outcomes).filter(|(settlement, outcome)| {
            **outcome == Some(Ack::Applied)
                && matches!(settlement.verdict, Verdict::Release)
                && settlement.lease.started_at.get().is_none()
        });
        let (unused, queue) = (unused.count(), &self.config.queue);
        if unused == 0 {
            return;
        }
        let queues = self.config.collections.queues(&self.db);
        if let Err(error) = rate::give_back(&queues, queue, unused).await {
            tracing::warn!(%error, queue, unused, "starts not returned to the queue's rate limit");
        }
    }

    /// Makes a job dead whose verdict the store will never take. One that is refused for something
    /// else keeps its lease until that runs out; then it is another worker's.
    async fn give_up(&self, settlement: &mut Settlement, error: &Error) -> Ack {
        if !error.is_about_content() {
            tracing::error!(%error, job = settlement.lease.id, "acknowledgement given up");
            return Ack::Stale;
        }
        let text = unstorable(error);
        tracing::error!(
            job = settlement.lease.id,
            queue = self.config.queue,
            attempt = settlement.lease.attempt,
            "the job is dead: {text}"
        );
        let outcome = Outcome::Failed;
        let error = text.clone();
        settlement.verdict = Verdict::Dead { outcome, error };
        if let Ok(written) = self.persist(std::slice::from_ref(settlement)).await {
            return written[0];
        }
        settlement.verdict = Verdict::Unstorable { error: text };
        match self.persist(std::slice::from_ref(settlement)).await {
            Ok(written) => written[0],
            Err(error) if error.is_about_size() => self.end_oversized(settlement).await,
            // Nothing can be written to this job; its lease runs out.
            Err(_) => Ack::Stale,
        }
    }

    /// Makes a job dead whose document has no room for a text.
    async fn end_oversized(&self, settlement: &Settlement) -> Ack {
        let jobs = self.config.collections.jobs(&self.db);
        let limit = self.config.call_limit();
        let filter = ack::fence(&settlement.lease);
        match dead_letter(&jobs, limit, filter, NO_ROOM).await {
            Ok(true) => Ack::Applied,
            Ok(false) => Ack::Stale,
            Err(error) => {
                tracing::error!(%error, job = settlement.lease.id, "acknowledgement given up");
                Ack::Stale
            }
        }
    }

    /// Writes until the store answers. When the worker stops, a store that has not answered for a
    /// whole lease is given up: the leases have expired and others may run the jobs.
    ///
    /// An error means that the store refuses `batch` again and again, or that a job of it is locked.
    async fn persist(&self, batch: &[Settlement]) -> Result<Vec<Ack>, Error> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        ack_size::check(batch, &self.config)?;
        // A refusal that is not about the content may pass; but it must not hold up others for ever.
        let patience = match batch {
            [_] => self.config.lease_duration,
            _ => SPLIT_AFTER,
        };
        let since = Instant::now();
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        // A transaction may have removed the job, or an earlier try that was given up.
        let mut doubtful = batch.iter().any(|it| it.lease.may_be_locked());
        loop {
            match self.attempt(batch, doubtful).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) if error.is_about_content() || error.is_about_lock() => {
                    return Err(error);
                }
                Err(error) if error.is_refusal() && since.elapsed() > patience => {
                    return Err(error);
                }
                Err(error) => {
                    if self.stop.is_cancelled() && since.elapsed() > self.config.lease_duration {
                        tracing::error!(%error, jobs = batch.len(), "acknowledgements given up");
                        return Ok(vec![Ack::Stale; batch.len()]);
                    }
                    tracing::warn!(%error, jobs = batch.len(), "acknowledgements failed; trying again");
                    doubtful = true;
                }
            }
            tokio::time::sleep(backoff.pause()).await;
        }
    }

    async fn attempt(&self, batch: &[Settlement], doubtful: bool) -> Result<Vec<Ack>, Error> {
        let clock = self.clock.reading(&self.db).await?;
        let statements = ack::statements(batch, &self.config, &self.worker, &clock);
        let matched = ack::run(&self.db, &self.config, &statements).await?;
        if matched == batch.len() as u64 {
            return Ok(vec![Ack::Applied; batch.len()]);
        }
        let leases: Vec<_> = batch.iter().map(|s| s.lease.as_ref()).collect();
        let known = ack_known::known(&self.db, &self.config, &leases).await?;
        Ok(batch
            .iter()
            .map(|settlement| {
                // A job that is removed at success and was acknowledged twice is not found.
                if self.is_applied(settlement, &known, doubtful) {
                    Ack::Applied
                } else {
                    Ack::Stale
                }
            })
            .collect())
    }

    fn finish(&self, settlement: Settlement, outcome: Ack) {
        let queue = &self.config.queue;
        match outcome {
            Ack::Applied => {
                metrics::settled(queue, settlement.verdict.outcome());
                match &settlement.verdict {
                    Verdict::Retry { .. } => metrics::retried(queue),
                    Verdict::Dead { .. } | Verdict::Unstorable { .. } => metrics::dead(queue),
                    Verdict::Done { .. }
                    | Verdict::Skipped { .. }
                    | Verdict::Snooze { .. }
                    | Verdict::Release => {}
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

/// What is kept of the reason why a verdict could not be stored.
fn unstorable(error: &Error) -> String {
    let reason: String = error.to_string().chars().take(MAX_REASON_CHARS).collect();
    format!("the outcome of the attempt cannot be stored: {reason}")
}
