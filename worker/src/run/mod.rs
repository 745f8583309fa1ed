//! Taking jobs until the process is told to stop.

mod drain;
mod workers;

pub use workers::{monitor, monitor_of};

use std::process::ExitCode;
use std::sync::Arc;

use dossier_common::clock::Clock;
use dossier_common::config::Environment;
use dossier_common::entropy::Entropy;
use dossier_common::queue::QueueName;
use dossier_common::store::Store;
use dossier_common::telemetry::init_logs;
use dossier_service::{Frame, Signals};

use crate::config::Settings;
use crate::document::Limits;
use crate::inspection::Inspector;
use crate::keys::WorkerKeys;
use crate::services::Services;

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
    let mut signals = Signals::listen()?;
    let mut env = Environment::of_process();
    init_logs(&mut env)?;
    let settings = Settings::read(env, queue_names, concurrency)?;
    let (database, queues) = (settings.database.clone(), settings.queues.clone());
    let opening = async move { Store::open(database.uri(), "dossier-worker", &queues).await };
    let Some(store) = signals.unless_stopped(opening).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    settings.blobs.log();
    let store = store.with_blobs(settings.blobs.clone(), Entropy::system())?;
    if let Some(rate) = settings.mail_rate {
        rate.apply(&store).await?;
    }
    let keys = Arc::new(WorkerKeys {
        tokens: settings.token_keys.clone(),
        blobs: settings.blobs.keys.clone(),
    });
    let frame = Frame::start(signals, &settings.frame, &store, keys).await?;
    let (queues, queue_settings) = (settings.queue_names.clone(), settings.queues.clone());
    let grace = settings.frame.grace;
    let services = services(store, settings);
    let names: Vec<&str> = queues.iter().map(|name| name.as_str()).collect();
    tracing::info!(
        metrics = %frame.metrics_address(), concurrency = queue_settings.concurrency,
        "taking jobs from {}", names.join(", ")
    );
    let draining = frame.draining();
    frame
        .run(async move {
            drain::work_until(draining, &services, &queues, &queue_settings, grace).await
        })
        .await
}

fn services(store: Store, settings: Settings) -> Services {
    Services {
        store: store.with_retention(settings.retention),
        clock: Clock::system(),
        entropy: Entropy::system(),
        token_keys: settings.token_keys,
        mailer: settings.mailer,
        inspector: Inspector::new(Limits::default(), settings.policy)
            .with_antivirus(settings.antivirus),
        public_url: settings.public_url,
        takes_invitations: settings.takes_invitations,
    }
}
