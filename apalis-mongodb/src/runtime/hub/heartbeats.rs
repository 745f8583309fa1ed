//! Heartbeats: every lease this process holds is renewed, whatever its handlers do.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use mongodb::Database;
use tokio::sync::watch;

use super::Hub;
use crate::clock::measure;
use crate::error::Error;
use crate::metrics;
use crate::queries::{heartbeat, workers};
use crate::runtime::worker::WorkerRuntime;

/// A heartbeat that is not answered within its own interval is followed by the next one, if that is
/// not sooner or later than this.
const SHORTEST_LIMIT: Duration = Duration::from_secs(1);
const LONGEST_LIMIT: Duration = Duration::from_secs(10);

/// Sends heartbeats until the last worker is gone, by way of `own`, or of the workers' client.
pub(super) async fn run(hub: Weak<Hub>, mut newcomers: watch::Receiver<()>, own: Option<Database>) {
    loop {
        let Some(shared) = hub.upgrade() else { return };
        let workers = shared.workers();
        let sent_at = Instant::now();
        let db = own.as_ref().unwrap_or(&shared.db);
        match send(&shared, db, &workers).await {
            Ok(()) => shared.health.heartbeat_arrived(sent_at),
            Err(error) => {
                tracing::warn!(%error, "heartbeat failed");
                shared.health.heartbeat_failed();
            }
        }
        let interval = shared.health.interval();
        drop(workers);
        drop(shared);
        Hub::pause(&mut newcomers, interval).await;
    }
}

async fn send(hub: &Hub, db: &Database, workers: &[Arc<WorkerRuntime>]) -> Result<(), Error> {
    let leases: Vec<_> = workers
        .iter()
        .flat_map(|worker| worker.leases.held())
        .collect();
    let limit = hub.health.interval().clamp(SHORTEST_LIMIT, LONGEST_LIMIT);
    // At the same time: one that hangs must not hold up the other.
    let (reading, lost) = tokio::join!(
        measure(db, limit),
        heartbeat::renew(db, &hub.collections, &leases, limit),
    );
    if let Ok(reading) = &reading {
        hub.observe(*reading);
    }
    for lease in lost? {
        let holder = workers.iter().find(|worker| {
            worker
                .leases
                .get(&lease.id)
                .is_some_and(|l| l.token == lease.token)
        });
        // A job whose acknowledgement is under way is not lost, only gone.
        if let Some(worker) = holder
            && !lease.is_settling()
            && lease.lose()
        {
            worker.leases.remove(&lease);
            tracing::warn!(job = lease.id, queue = worker.config.queue, "lease lost");
            metrics::lease_lost(&worker.config.queue);
        }
    }
    let running = workers.iter().filter(|worker| !worker.has_ended());
    let alive: Vec<_> = running.map(|worker| worker.alive()).collect();
    workers::heartbeat(db, &hub.collections.workers, &alive, limit).await?;
    // Without the server's time nobody is to be rescued.
    reading.map(drop)
}
