//! Stopping: drain, then give back.

use std::time::Duration;

use dossier_common::queue::{QueueName, QueueSettings};
use dossier_service::Draining;

use super::monitor;
use crate::jobs;
use crate::services::Services;

/// Works until `draining` is stopping, goes on for `grace`, gives back the rest.
pub(super) async fn work_until(
    draining: Draining,
    services: &Services,
    queues: &[QueueName],
    settings: &QueueSettings,
    grace: Duration,
) -> anyhow::Result<()> {
    let monitor = monitor(services, queues, settings);
    let told = draining.clone();
    let mut running = tokio::spawn(monitor.run_with_signal(async move {
        told.stopping().await;
        Ok(())
    }));
    tokio::select! {
        // First, for workers without a job end as soon as they are told to.
        biased;
        () = draining.stopping() => {}
        ended = &mut running => {
            ended??;
            anyhow::bail!("the workers ended although nobody told them to");
        }
    }
    tokio::select! {
        ended = &mut running => ended??,
        () = tokio::time::sleep(grace) => {
            let released = release(services, queues).await?;
            tracing::warn!(released, "the grace period is over; unfinished jobs were given back");
        }
    }
    Ok(())
}

async fn release(services: &Services, queues: &[QueueName]) -> anyhow::Result<usize> {
    let mut released = 0;
    for handler in jobs::handlers_of(queues) {
        released += handler.release(services.store.queues()).await?;
    }
    Ok(released)
}
