//! The life of a process between its start and its end.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use dossier_common::store::Store;
use dossier_common::telemetry::Metrics;
use dossier_common::trace::Traces;
use tokio::time::{Instant, sleep};

use crate::signals::Signals;
use crate::{Draining, FrameSettings, Keys, files, keys, ops};

/// The exit code of a process that was told to stop twice.
const FORCED: u8 = 130;

/// What is the same in every long-running program; see the crate.
#[derive(Debug)]
pub struct Frame {
    signals: Signals,
    keys: Arc<dyn Keys>,
    store: Store,
    metrics: Metrics,
    traces: Option<Traces>,
    draining: Draining,
    metrics_address: SocketAddr,
    delay: Duration,
}

impl Frame {
    /// Listens for operators from now on: the process is alive, and ready as long as its database is.
    /// Traces are exported where the settings say so.
    ///
    /// # Errors
    ///
    /// When `METRICS_ADDR` cannot be listened on, traces cannot be exported, or this process has a frame
    /// already.
    pub async fn start(
        signals: Signals,
        settings: &FrameSettings,
        store: &Store,
        keys: Arc<dyn Keys>,
    ) -> anyhow::Result<Self> {
        files::raise_limit();
        let metrics = Metrics::install().context("start recording metrics")?;
        let traces = settings.traces.as_ref().map(Traces::start).transpose()?;
        let listener = ops::listen_for_operators(settings.metrics).await?;
        let metrics_address = listener.local_addr()?;
        let draining = Draining::default();
        let state = ops::OpsState {
            program: settings.program,
            store: store.clone(),
            metrics: metrics.clone(),
            keys: keys.clone(),
            draining: draining.clone(),
        };
        tokio::spawn(ops::serve(listener, state));
        Ok(Self {
            signals,
            keys,
            store: store.clone(),
            metrics,
            traces,
            draining,
            metrics_address,
            delay: settings.delay,
        })
    }

    /// Where metrics and health are served.
    pub fn metrics_address(&self) -> SocketAddr {
        self.metrics_address
    }

    /// How far the process is on its way out.
    pub fn draining(&self) -> Draining {
        self.draining.clone()
    }

    /// Runs `work` until a signal, reading the keys again on each SIGHUP. Then the process is not ready any more; after the delay it is
    /// stopping, and `work` has to end by itself. A second signal, a second or more after the
    /// first, ends it at once with the exit code 130.
    ///
    /// # Errors
    ///
    /// What `work` failed with; also when it ends although nobody told it to.
    pub async fn run<W>(mut self, work: W) -> anyhow::Result<ExitCode>
    where
        W: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let mut working = tokio::spawn(work);
        let name = tokio::select! {
            ended = &mut working => {
                ended??;
                anyhow::bail!("the process ended its work although nobody told it to");
            }
            name = self.signals.next_stop(|| keys::read_again(&*self.keys)) => name,
        };
        let first = Instant::now();
        self.draining.begin();
        tracing::info!(signal = name, "draining: what is under way may end");
        tokio::select! {
            ended = stop_after(self.delay, &self.draining, &mut working) => {
                ended??;
                self.metrics.end(&self.store).await;
                if let Some(traces) = &self.traces {
                    traces.end().await;
                }
                tracing::info!("drained");
                Ok(ExitCode::SUCCESS)
            }
            name = self.signals.next_after(first) => {
                tracing::warn!(signal = name, "ending at once");
                Ok(ExitCode::from(FORCED))
            }
        }
    }
}

async fn stop_after<T>(
    delay: Duration,
    draining: &Draining,
    working: &mut tokio::task::JoinHandle<T>,
) -> Result<T, tokio::task::JoinError> {
    tokio::select! {
        // Work that ends during the delay ends by a fault of its own.
        ended = &mut *working => return ended,
        () = sleep(delay) => {}
    }
    draining.stop();
    working.await
}
