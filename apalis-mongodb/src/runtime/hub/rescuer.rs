//! Rescues jobs whose leases have expired: their workers died or froze.

use std::sync::Weak;
use std::time::Duration;

use tokio::sync::watch;

use super::Hub;
use crate::metrics;
use crate::queries::rescue;

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
        let lease = workers
            .iter()
            .map(|worker| worker.config.lease_duration)
            .max()
            .unwrap_or_default();
        drop(workers);
        if shared.health.may_rescue(lease) {
            rescue_all(&shared).await;
        }
        drop(shared);
        Hub::pause(&mut newcomers, interval).await;
    }
}

async fn rescue_all(hub: &Hub) {
    let own: Vec<_> = hub
        .workers()
        .iter()
        .flat_map(|worker| worker.tokens())
        .collect();
    let jobs = hub.collections.jobs(&hub.db);
    match rescue::rescue_expired(&hub.db, &jobs, &own).await {
        Ok(rescued) => {
            for job in rescued {
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
                    metrics::dead(&job.queue);
                }
                hub.wake(&job.queue);
            }
        }
        Err(error) => tracing::warn!(%error, "rescue failed"),
    }
}
