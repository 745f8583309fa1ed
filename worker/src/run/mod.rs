//! Taking jobs until the process is told to stop.

mod stop;
mod workers;

pub use workers::{monitor, monitor_of};

use std::process::ExitCode;

use anyhow::Context;
use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::queue::QueueName;
use dossier_common::store::Store;
use dossier_common::telemetry::{Metrics, init_logs};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Settings;
use crate::document::Limits;
use crate::inspection::Inspector;
use crate::ops::{self, OpsState};
use crate::services::Services;
use stop::Signals;

/// Runs jobs until SIGTERM or Ctrl-C; then no more are taken, those under way may end, and what
/// does not end in time is given back uncounted.
///
/// # Errors
///
/// What kept the process from starting, for people.
pub async fn run(
    queue_names: Vec<QueueName>,
    concurrency: Option<usize>,
) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    init_logs(&mut env)?;
    let settings = Settings::read(env, queue_names, concurrency)?;
    let metrics = Metrics::install().context("start recording metrics")?;
    let store = Store::connect(settings.database.uri(), "dossier-worker", &settings.queues).await?;
    store.check_schema().await?;
    let listener = TcpListener::bind(settings.metrics_addr).await;
    let listener = listener.with_context(|| {
        let address = settings.metrics_addr;
        format!("cannot listen on {address}; METRICS_ADDR names another address")
    })?;
    let address = listener.local_addr()?;
    let (working, is_working) = watch::channel(true);
    let state = OpsState {
        store: store.clone(),
        metrics,
        working: is_working,
    };
    tokio::spawn(async move { axum::serve(listener, ops::router(state)).await });
    let queues = settings.queue_names.clone();
    let grace = settings.shutdown_grace;
    let queue_settings = settings.queues.clone();
    let services = services(store, settings);
    // Whoever reads that we take jobs may tell us to stop.
    let signals = Signals::new()?;
    let names: Vec<&str> = queues.iter().map(|name| name.as_str()).collect();
    tracing::info!(
        metrics = %address, concurrency = queue_settings.concurrency,
        "taking jobs from {}", names.join(", ")
    );
    stop::work_until_told(signals, &services, &queues, &queue_settings, grace, working).await
}

fn services(store: Store, settings: Settings) -> Services {
    Services {
        store,
        clock: Clock::system(),
        token_keys: settings.token_keys,
        mailer: settings.mailer,
        inspector: Inspector::new(Limits::default(), settings.policy)
            .with_antivirus(settings.antivirus),
        public_url: settings.public_url,
    }
}
