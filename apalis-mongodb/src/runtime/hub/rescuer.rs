//! Rescues jobs whose leases have expired: their workers died or froze.

use std::sync::Weak;
use std::time::{Duration, Instant};

use mongodb::bson::DateTime;
use mongodb::bson::oid::ObjectId;
use tokio::sync::watch;

use super::Hub;
use crate::clock::Reading;
use crate::error::Error;
use crate::metrics;
use crate::queries::rescue::{self, Rescued};
use crate::queries::workers;

const LONGEST_INTERVAL: Duration = Duration::from_secs(10);

/// Looks until the last worker is gone.
pub(super) async fn run(hub: Weak<Hub>, mut newcomers: watch::Receiver<()>) {
    loop {
        let Some(shared) = hub.upgrade() else { return };
        let workers = shared.workers();
        let interval = workers
            .iter()
            .map(|worker| worker.config.sweep_interval)
            .min()
            .unwrap_or(LONGEST_INTERVAL);
        drop(workers);
        if may_rescue(&shared) {
            rescue_all(&shared).await;
        }
        drop(shared);
        Hub::pause(&mut newcomers, interval).await;
    }
}

/// Whether this process may rescue the jobs of others by now. Those of workers whose leases are longer
/// than ours it leaves alone for longer: [`workers::that_may_live`].
fn may_rescue(hub: &Hub) -> bool {
    let workers = hub.workers();
    let leases = workers.iter().map(|worker| worker.config.lease_duration);
    hub.health.may_rescue(leases.max().unwrap_or_default())
}

/// How many attempts a rescued job remembers, whatever its queue: as many as the most generous one here.
fn history_limit(hub: &Hub) -> u32 {
    let workers = hub.workers();
    let limits = workers.iter().map(|worker| worker.config.history_limit);
    limits.max().unwrap_or(1)
}

async fn rescue_all(hub: &Hub) {
    let own: Vec<_> = hub
        .workers()
        .iter()
        .flat_map(|worker| worker.tokens())
        .collect();
    for rescued in [
        rescue_expired(hub, &own).await,
        rescue_of_dead(hub, &own).await,
    ] {
        for outcome in rescued.unwrap_or_else(|error| vec![Err(error)]) {
            match outcome {
                Ok(job) => report(hub, &job),
                Err(error) => tracing::warn!(%error, "rescue failed"),
            }
        }
    }
}

async fn rescue_expired(hub: &Hub, own: &[ObjectId]) -> Result<Vec<Result<Rescued, Error>>, Error> {
    let (jobs, workers) = (
        hub.collections.jobs(&hub.db),
        hub.collections.workers(&hub.db),
    );
    let Some(well_for) = hub.health.well_for() else {
        return Ok(Vec::new());
    };
    let shortest_outage = hub.health.shortest_outage();
    let may_live = workers::that_may_live(workers, well_for, shortest_outage).await?;
    let asked_at = Instant::now();
    let expired = rescue::expired(&jobs, own, may_live).await?;
    if !is_steady(hub, expired.found_at, asked_at) {
        return Ok(Vec::new());
    }
    Ok(rescue::free_all(&hub.db, &jobs, expired, history_limit(hub)).await)
}

/// The leases of workers that died before the server's clock was set back last for as much longer.
/// Their last heartbeats are ahead of it, which those of the living are not after a lease.
async fn rescue_of_dead(hub: &Hub, own: &[ObjectId]) -> Result<Vec<Result<Rescued, Error>>, Error> {
    let Some(well_for) = hub.health.well_for() else {
        return Ok(Vec::new());
    };
    let asked_at = Instant::now();
    let workers = hub.collections.workers(&hub.db);
    let (dead, found_at) = workers::ahead_of_the_clock(workers, well_for).await?;
    if dead.is_empty() || !is_steady(hub, found_at, asked_at) {
        return Ok(Vec::new());
    }
    let jobs = hub.collections.jobs(&hub.db);
    let found = rescue::of_dead(&jobs, own, dead).await?;
    Ok(rescue::free_all(&hub.db, &jobs, found, history_limit(hub)).await)
}

/// Whether the server's clock has gone on as ours since the last heartbeat, by the time at which it
/// answered. If not, leases say nothing yet.
fn is_steady(hub: &Hub, now: Option<DateTime>, asked_at: Instant) -> bool {
    now.is_none_or(|now| hub.observe(Reading::of_reply(now, asked_at))) && may_rescue(hub)
}

fn report(hub: &Hub, job: &Rescued) {
    tracing::warn!(
        job = job.id,
        queue = job.queue,
        worker = job.worker,
        crashes = job.crashes,
        quarantined = job.quarantined,
        "lease expired; job taken from its worker"
    );
    metrics::rescued(&job.queue);
    if job.quarantined {
        let (id, queue, crashes) = (&job.id, &job.queue, job.crashes);
        tracing::error!(
            job = id,
            queue,
            worker = job.worker,
            crashes,
            "the job is dead: {crashes} workers that had {queue} {id} sent no heartbeat any more; find out \
             whether it ends them, then retry it"
        );
        metrics::dead(&job.queue);
    }
    hub.wake(&job.queue);
}
