//! `dossier-api serve`

use std::process::ExitCode;
use std::sync::Arc;

use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_common::store::free_space::FreeSpace;
use dossier_common::store::watch::Changes;
use dossier_common::store::{Reachability, Store};
use dossier_common::telemetry::init_logs;
use dossier_service::{Draining, Frame, Signals, listen, server};
use tokio::net::TcpListener;

use crate::access_token::AccessTokens;
use crate::audit::Audit;
use crate::config::Settings;
use crate::console_tokens::ConsoleTokens;
use crate::download_watch::DownloadWatch;
use crate::event_places::EventPlaces;
use crate::file_feed::FileFeed;
use crate::file_watch::FileWatch;
use crate::link_turns::LinkTurns;
use crate::operation_runner::OperationRunner;
use crate::overview_feed::OverviewFeed;
use crate::password::PasswordHasher;
use crate::refresh_token::RefreshTokens;
use crate::router;
use crate::state::{AppState, Parts};
use crate::storage_upkeep;
use crate::throttle::Throttle;

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
    settings.blobs.log();
    let store = store.with_blobs(settings.blobs.clone(), Entropy::system())?;
    let clients = listen(settings.listen_addr, "LISTEN_ADDR").await?;
    let keys = Arc::new(settings.keys.clone());
    let frame = Frame::start(signals, &settings.frame, &store, keys).await?;
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
    let store = store.with_retention(settings.retention);
    let state = app_state(store, settings, draining.clone());
    let (audit, operations) = (state.audit.clone(), state.operations.clone());
    audit.start_to_summarise();
    storage_upkeep::start(state.clone());
    let router = router::router(state);
    let all_ended = server::serve(listener, router, limits, draining, grace).await;
    operations.ended().await;
    audit.summarise().await;
    if !all_ended {
        tracing::warn!(
            "some requests were still under way when the grace period was over; they were given up"
        );
    }
    Ok(())
}

fn app_state(store: Store, settings: Settings, draining: Draining) -> AppState {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let signing = settings.keys.signing;
    let pseudonyms = settings.keys.tokens.pseudonyms();
    let percent = settings.limits.rate_percent;
    let changes = Changes::watch(store.clone());
    AppState::new(Parts {
        file_feed: FileFeed::new(store.clone()),
        file_watch: FileWatch::new(store.clone(), changes.clone()),
        event_places: EventPlaces::default(),
        changes,
        reachability: Reachability::watch(store.clone()),
        free_space: FreeSpace::of(store.clone()),
        audit: Audit::new(
            store.clone(),
            clock.clone(),
            entropy.clone(),
            pseudonyms.clone(),
        ),
        throttle: Throttle::new(store.clone(), clock.clone(), pseudonyms, percent),
        operations: OperationRunner::new(store.clone(), draining.clone()),
        overview: OverviewFeed::new(store.clone()),
        downloads: DownloadWatch::new(store.clone(), clock.clone()),
        link_turns: LinkTurns::default(),
        store,
        clock,
        passwords: PasswordHasher::new(entropy.clone()),
        entropy,
        token_keys: settings.keys.tokens,
        refresh_tokens: Arc::new(RefreshTokens::new(signing.clone())),
        console_tokens: Arc::new(ConsoleTokens::new(signing.clone())),
        console: settings.console,
        access_tokens: Arc::new(AccessTokens::new(signing, &settings.public_url)),
        public_url: settings.public_url,
        trusted_proxies: settings.trusted_proxies,
        sign_up: settings.sign_up,
        totp_required_for: settings.totp_required_for,
        legacy_audience: settings.legacy_audience,
        limits: settings.limits,
        draining,
    })
}
