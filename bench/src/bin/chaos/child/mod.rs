//! One worker process.

mod handler;
mod journal;

use std::time::Duration;

use anyhow::{Context, bail};
use apalis::prelude::{WorkerBuilder, WorkerBuilderExt, WorkerContext};
use apalis_mongodb::MongoStorage;
use dossier_devstack::supervisor::EndSignal;
use mongodb::Client;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tracing_subscriber::filter::LevelFilter;

use crate::job::{Job, config};
use journal::Journal;

/// What a worker process is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WorkerTask {
    /// Unique among the processes of a run.
    pub(crate) worker: String,
    pub(crate) uri: String,
    pub(crate) slots: usize,
    pub(crate) lease_ms: u64,
}

impl WorkerTask {
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease_ms)
    }

    /// How long what runs may go on after a signal, and after that how long giving back may take.
    pub(crate) fn grace(&self) -> Duration {
        self.lease()
    }
}

/// Works until a signal says to stop; `order` is a [`WorkerTask`] as JSON.
pub(crate) async fn work(order: &str) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let order: WorkerTask = serde_json::from_str(order)?;
    let mut end = EndSignal::listen()?;
    let client = Client::with_uri_str(&order.uri).await?;
    let database = client.default_database();
    let database = database.context("the address names no database")?;
    let journal = Journal::new(&database, &order);
    let storage = MongoStorage::<Job>::new(&database, config(order.lease(), order.slots));
    let context = WorkerContext::new(&order.worker);
    let worker = WorkerBuilder::new(&context)
        .backend(storage.clone())
        .data(journal.clone())
        .enable_tracing()
        .catch_panic()
        .concurrency(order.slots)
        .build(handler::handle);
    let mut running = tokio::spawn(worker.run());
    // The server may be away: then this is known when it is back.
    tokio::spawn(async move { journal.process_started().await });
    tokio::select! {
        ended = &mut running => {
            ended??;
            bail!("the worker ended by itself");
        }
        () = end.received() => {}
    }
    context.stop()?;
    if let Ok(ended) = timeout(order.grace(), &mut running).await {
        return Ok(ended??);
    }
    // What cannot be given back is rescued: the server may be away, and we are to end.
    match timeout(order.grace(), storage.release_running()).await {
        Ok(Ok(released)) => {
            anstream::eprintln!("{released} jobs given back after the grace period")
        }
        Ok(Err(error)) => anstream::eprintln!("giving back failed: {error}"),
        Err(_) => anstream::eprintln!("giving back took too long"),
    }
    Ok(())
}
