//! `dossier-api serve`

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_common::store::Store;
use dossier_common::store::watch::Changes;
use dossier_common::telemetry::{Metrics, init_logs};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::config::Settings;
use crate::password::PasswordHasher;
use crate::state::{AppState, Draining};
use crate::{ops, router, server};

pub(super) async fn run() -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    init_logs(&mut env)?;
    let settings = Settings::read(env)?;
    let metrics = Metrics::install().context("start recording metrics")?;
    let store = Store::connect(settings.database.uri(), "dossier-api", &settings.queues).await?;
    store.check_schema().await?;
    let clients = listen(settings.listen_addr, "LISTEN_ADDR").await?;
    let operators = listen(settings.metrics_addr, "METRICS_ADDR").await?;
    // Whoever reads that we serve may tell us to stop.
    let told_to_stop = shutdown_signal()?;
    tracing::info!(
        address = %clients.local_addr()?, metrics = %operators.local_addr()?,
        "serving {}", settings.public_url
    );
    let grace = settings.shutdown_grace;
    let state = app_state(store, settings);
    let (stop, stopped) = watch::channel(false);
    let operators = tokio::spawn(server::serve(
        operators,
        ops::router(state.clone(), metrics),
        until(stopped.clone()),
        grace,
    ));
    let draining = state.draining.clone();
    let clients = tokio::spawn(server::serve(
        clients,
        router::router(state),
        until(stopped),
        grace,
    ));
    let signal = told_to_stop.await;
    tracing::info!(signal, "shutting down: requests under way may end");
    draining.begin();
    stop.send_replace(true);
    let all_ended = clients.await?;
    operators.await?;
    if !all_ended {
        tracing::warn!("some requests were still under way when the grace period was over");
    }
    Ok(())
}

fn app_state(store: Store, settings: Settings) -> AppState {
    let entropy = Entropy::system();
    AppState {
        changes: Changes::listen(store.clone()),
        store,
        clock: Clock::system(),
        passwords: PasswordHasher::new(entropy.clone()),
        entropy,
        token_keys: settings.token_keys,
        access_tokens: Arc::new(settings.access_tokens),
        public_url: settings.public_url,
        limits: settings.limits,
        draining: Draining::default(),
    }
}

async fn listen(address: SocketAddr, variable: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; {variable} names another address"))
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is as good as a stop.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Listens for signals from now on; resolves with the name of the first.
fn shutdown_signal() -> anyhow::Result<impl Future<Output = &'static str>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}
