//! Stopping: drain, then give back.

use std::process::ExitCode;
use std::time::Duration;

use dossier_common::queue::{QueueName, QueueSettings};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::monitor;
use crate::jobs;
use crate::services::Services;

/// The exit code of a process that was told to stop twice.
const FORCED: u8 = 130;

/// Works until the first signal, drains for `grace`, gives back the rest. A second signal ends
/// the process at once; the leases of its jobs then expire by themselves.
pub(super) async fn work_until_told(
    mut signals: Signals,
    services: &Services,
    queues: &[QueueName],
    settings: &QueueSettings,
    grace: Duration,
    working: watch::Sender<bool>,
) -> anyhow::Result<ExitCode> {
    let (stop, mut stopped) = watch::channel(false);
    let monitor = monitor(services, queues, settings);
    let mut running = tokio::spawn(monitor.run_with_signal(async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
        Ok(())
    }));
    tokio::select! {
        ended = &mut running => {
            ended??;
            anyhow::bail!("the workers ended although nobody told them to");
        }
        name = signals.next() => tracing::info!(signal = name, "draining: jobs under way may end"),
    }
    working.send_replace(false);
    stop.send_replace(true);
    tokio::select! {
        ended = &mut running => {
            ended??;
            tracing::info!("drained");
        }
        () = tokio::time::sleep(grace) => {
            let released = release(services, queues).await?;
            tracing::warn!(released, "the grace period is over; unfinished jobs were given back");
        }
        name = signals.next() => {
            tracing::warn!(signal = name, "ending at once");
            return Ok(ExitCode::from(FORCED));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn release(services: &Services, queues: &[QueueName]) -> anyhow::Result<usize> {
    let mut released = 0;
    for handler in jobs::handlers_of(queues) {
        released += handler.release(services.store.queues()).await?;
    }
    Ok(released)
}

/// The signals that stop us, listened to from the moment this is made.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
