//! Stopping: drain, then give back.

use std::time::Duration;

use dossier_common::queue::{QueueName, QueueSettings};
use dossier_service::Stop;

use super::monitor;
use crate::jobs;
use crate::services::Services;

/// Works until `stop`, drains for `grace`, gives back the rest.
pub(super) async fn work_until(
    stop: Stop,
    services: &Services,
    queues: &[QueueName],
    settings: &QueueSettings,
    grace: Duration,
) -> anyhow::Result<()> {
    let monitor = monitor(services, queues, settings);
    let told = stop.clone();
    let mut running = tokio::spawn(monitor.run_with_signal(async move {
        told.requested().await;
        Ok(())
    }));
    tokio::select! {
        // First, for workers without a job end as soon as they are told to.
        biased;
        () = stop.requested() => {}
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
