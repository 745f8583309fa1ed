//! `dossier-api serve`

use std::process::ExitCode;
use std::sync::Arc;

use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_common::store::watch::Changes;
use dossier_common::store::{Reachability, Store};
use dossier_common::telemetry::init_logs;
use dossier_service::{Draining, Frame, Signals, listen, server};
use tokio::net::TcpListener;

use crate::config::Settings;
use crate::password::PasswordHasher;
use crate::router;
use crate::state::AppState;

pub(super) async fn run() -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let mut env = Environment::of_process();
    init_logs(&mut env)?;
    let settings = Settings::read(env)?;
    let database = settings.database.clone();
    let queues = settings.queues.clone();
    let opening = async move { Store::open(database.uri(), "dossier-api", &queues).await };
    let Some(store) = signals.unless_stopped(opening).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    let clients = listen(settings.listen_addr, "LISTEN_ADDR").await?;
    let frame = Frame::start(signals, &settings.frame, &store).await?;
    tracing::info!(
        address = %clients.local_addr()?, metrics = %frame.metrics_address(),
        "serving {}", settings.public_url
    );
    let draining = frame.draining();
    let serving = serve_clients(clients, store, settings, draining);
    frame.run(serving).await
}

async fn serve_clients(
    listener: TcpListener,
    store: Store,
    settings: Settings,
    draining: Draining,
) -> anyhow::Result<()> {
    let (limits, grace) = (settings.connections, settings.frame.grace);
    let router = router::router(app_state(store, settings, draining.clone()));
    let all_ended = server::serve(listener, router, limits, draining, grace).await;
    if !all_ended {
        tracing::warn!(
            "some requests were still under way when the grace period was over; they were given up"
        );
    }
    Ok(())
}

fn app_state(store: Store, settings: Settings, draining: Draining) -> AppState {
    let entropy = Entropy::system();
    AppState {
        changes: Changes::watch(store.clone()),
        reachability: Reachability::watch(store.clone()),
        store,
        clock: Clock::system(),
        passwords: PasswordHasher::new(entropy.clone()),
        entropy,
        token_keys: settings.token_keys,
        access_tokens: Arc::new(settings.access_tokens),
        public_url: settings.public_url,
        trusted_proxies: settings.trusted_proxies,
        sign_up: settings.sign_up,
        totp_required_for: settings.totp_required_for,
        limits: settings.limits,
        draining,
    }
}
