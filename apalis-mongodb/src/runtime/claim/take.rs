//! Claims the selected jobs and hands them over to the handlers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::bson::DateTime;
use mongodb::bson::oid::ObjectId;
use tokio::sync::OwnedSemaphorePermit;

use super::locked::Locked;
use super::oversized;
use super::select::Selection;
use crate::backoff::Backoff;
use crate::error::Error;
use crate::lease::{ClaimedJob, Lease};
use crate::metrics;
use crate::model::JobDocument;
use crate::model::QueueLimits;
use crate::queries::claim::{self, Claim};
use crate::queries::{claim_limited, rate};
use crate::runtime::worker::WorkerRuntime;
use crate::sync::lock;

/// Between two tries to give back a claim.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// With what right, and when by the server's clock, jobs are claimed.
pub(super) struct Grant {
    /// One for each job.
    pub(super) permits: Vec<OwnedSemaphorePermit>,
    pub(super) limits: QueueLimits,
    pub(super) now: DateTime,
}

/// What became of a selection.
#[derive(Debug)]
pub(super) struct Taken {
    /// What the queue's rate allowed.
    pub(super) granted: usize,
    pub(super) claimed: usize,
    /// Left out, for somebody else had them locked.
    pub(super) locked: usize,
}

/// Claims what the queue's limits allow of `selection`.
pub(super) async fn take(
    worker: &Arc<WorkerRuntime>,
    selection: &mut Selection,
    mut grant: Grant,
    known: &mut Locked,
) -> Result<Taken, Error> {
    let queues = worker.config.collections.queues(&worker.db);
    let queue = &worker.config.queue;
    let granted = rate::acquire(&queues, queue, &grant.limits, selection.len()).await?;
    selection.limit(granted);
    let mut taken = Taken {
        granted,
        claimed: 0,
        locked: 0,
    };
    let outcome = claim_selected(worker, selection, &mut grant, known, &mut taken).await;
    if grant.limits.rate.is_some() && taken.claimed < granted {
        rate::give_back(&queues, queue, granted - taken.claimed).await?;
    }
    outcome.map(|()| taken)
}

async fn claim_selected(
    worker: &Arc<WorkerRuntime>,
    selection: &mut Selection,
    grant: &mut Grant,
    known: &mut Locked,
    taken: &mut Taken,
) -> Result<(), Error> {
    let mut parts = Vec::with_capacity(2);
    if let Some(suspect) = selection.suspect.take() {
        let own = grant.permits.pop().into_iter().chain([suspect.permit]);
        parts.push((vec![suspect.job], vec![own.collect()]));
    }
    let fresh = std::mem::take(&mut selection.fresh);
    if !fresh.is_empty() {
        let permits = grant.permits.drain(..).take(fresh.len());
        let permits: Vec<Vec<_>> = permits.map(|permit| vec![permit]).collect();
        parts.push((fresh, permits));
    }
    for (jobs, permits) in parts {
        let apart = known.has_one_of(&jobs);
        let wanted = ids(&jobs);
        let (claimed, locked) = claim(worker, jobs, permits, grant, apart).await?;
        known.note(&wanted, &locked);
        taken.claimed += claimed;
        taken.locked += locked.len();
    }
    Ok(())
}

fn ids(jobs: &[JobDocument]) -> Vec<String> {
    jobs.iter().map(|job| job.id.clone()).collect()
}

/// Claims `jobs` under a fresh token, puts those that are ours into the buffer, and returns how
/// many that are, and which were locked.
async fn claim(
    worker: &Arc<WorkerRuntime>,
    jobs: Vec<JobDocument>,
    mut permits: Vec<Vec<OwnedSemaphorePermit>>,
    grant: &Grant,
    apart: bool,
) -> Result<(usize, Vec<String>), Error> {
    let (db, config) = (&worker.db, &worker.config);
    let token = ObjectId::new();
    let asked_at = Instant::now();
    let claim = Claim {
        config: Arc::clone(config),
        worker: worker.id.as_str().into(),
        token,
        // The search may have taken a while; the lease begins here.
        now: worker.clock.known().map_or(grant.now, |clock| clock.now()),
        apart,
    };
    let ids = ids(&jobs);
    *lock(&worker.claiming) = Some(token);
    let claimed = match grant.limits.max_running {
        Some(most) => claim_limited::claim(db, &claim, jobs, most).await,
        None => claim::claim(db, &claim, jobs).await,
    };
    let ours = match claimed {
        Ok(ours) => ours,
        Err(error) => {
            undo(worker, token, &ids).await;
            oversized::end_oversized(worker, &claim, &ids, &error).await;
            *lock(&worker.claiming) = None;
            return Err(error);
        }
    };
    let count = ours.jobs.len();
    let duration = config.lease_duration;
    let handles: Vec<_> = ours
        .jobs
        .into_iter()
        .map(|job| {
            let permits = permits.pop().unwrap_or_default();
            let attempt = u32::try_from(job.attempts).unwrap_or(1);
            let lease = Lease::new(job.id.clone(), token, attempt, asked_at, duration, permits);
            let lease = Arc::new(lease);
            worker.leases.insert(Arc::clone(&lease));
            ClaimedJob { job, lease }
        })
        .collect();
    // The leases have the token by now.
    *lock(&worker.claiming) = None;
    metrics::claimed(&config.queue, count);
    worker.buffer.extend(handles);
    Ok((count, ours.locked))
}

/// Gives back what a claim of unknown outcome took, as soon as the store answers. After two leases
/// others may have rescued it; a worker that stops waits for one call.
pub(super) async fn undo(worker: &WorkerRuntime, token: ObjectId, ids: &[String]) {
    let since = Instant::now();
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    while let Err(error) = claim::undo(&worker.db, &worker.config, token, ids).await {
        let patience = match worker.stop.is_cancelled() {
            true => worker.config.call_limit(),
            false => worker.config.lease_duration * 2,
        };
        if since.elapsed() > patience {
            tracing::warn!(%error, jobs = ids.len(), "a claim of unknown outcome is left to the rescuers");
            return;
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}
