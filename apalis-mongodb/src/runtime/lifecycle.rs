//! Starting and stopping a worker's tasks.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_core::worker::context::WorkerContext;
use futures_util::FutureExt;
use mongodb::Database;
use tokio::task::JoinHandle;

use super::acker::Acker;
use super::claim::Claimer;
use super::hub::Hub;
use super::worker::WorkerRuntime;
use crate::backoff::Backoff;
use crate::clock::ServerClock;
use crate::config::Config;
use crate::error::Error;
use crate::queries::unique_indexes;

/// How often a worker's own flags and its buffer are looked at; no command is sent for it.
const CHECK_EVERY: Duration = Duration::from_millis(100);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The running tasks of one worker.
#[derive(Debug)]
pub(crate) struct Runtime {
    worker: Arc<WorkerRuntime>,
    fetching: Option<JoinHandle<Option<Arc<Hub>>>>,
    acking: Option<JoinHandle<()>>,
    closing: Option<JoinHandle<()>>,
}

impl Runtime {
    /// Starts the tasks; must be called inside a tokio runtime.
    pub(crate) fn start(
        context: &WorkerContext,
        db: Database,
        config: Arc<Config>,
        clock: Arc<ServerClock>,
    ) -> Self {
        let (worker, settlements) = WorkerRuntime::new(
            context.name(),
            context.get_service(),
            db.clone(),
            Arc::clone(&config),
            Arc::clone(&clock),
        );
        let worker = Arc::new(worker);
        let acker = Acker {
            db,
            config,
            clock: Arc::clone(&clock),
            worker: worker.id.clone(),
            stop: worker.stop.clone(),
            leases: Arc::clone(&worker.leases),
        };
        let acking = tokio::spawn(acker.run(settlements));
        let fetching = tokio::spawn(fetch(Arc::clone(&worker), clock));
        tokio::spawn(watch(context.clone(), Arc::downgrade(&worker)));
        Self {
            worker,
            fetching: Some(fetching),
            acking: Some(acking),
            closing: None,
        }
    }

    pub(crate) fn worker(&self) -> &Arc<WorkerRuntime> {
        &self.worker
    }

    /// Stops claiming, gives back what waits, writes what is left to write.
    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let closing = match &mut self.closing {
            Some(closing) => closing,
            None => {
                let close = self.begin_close();
                self.closing.insert(close)
            }
        };
        closing.poll_unpin(cx).map(|_| ())
    }

    fn begin_close(&mut self) -> JoinHandle<()> {
        self.worker.stop.cancel();
        let worker = Arc::clone(&self.worker);
        let fetching = self.fetching.take();
        tokio::spawn(async move {
            // Heartbeats go on as long as there is a hub. A task that panicked has stopped, too.
            let _hub = match fetching {
                Some(fetching) => fetching.await.ok().flatten(),
                None => None,
            };
            worker.release_buffered();
            worker.leases.empty().await;
            worker.forget().await;
        })
    }
}

impl Drop for Runtime {
    /// A worker whose future was dropped gives back its jobs all the same, if there is still a
    /// runtime to do it.
    fn drop(&mut self) {
        self.worker.stop.cancel();
        if self.closing.is_none() && tokio::runtime::Handle::try_current().is_ok() {
            drop(self.begin_close());
        }
        drop(self.acking.take());
    }
}

/// Finds the hub, however long that takes, and claims until the worker stops; returns the hub, which
/// lives while somebody has it.
async fn fetch(worker: Arc<WorkerRuntime>, clock: Arc<ServerClock>) -> Option<Arc<Hub>> {
    let _ended = worker.claims_ended.clone().drop_guard();
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    let hub = loop {
        match Hub::of(&worker.db, &worker.config).await {
            Ok(hub) => break hub,
            Err(error) => tracing::warn!(%error, "cannot reach the store; trying again"),
        }
        tokio::select! {
            () = worker.stop.cancelled() => return None,
            () = tokio::time::sleep(backoff.pause()) => {}
        }
    };
    report_missing_indexes(&worker).await;
    let wake = hub.register(&worker);
    let claimer = Claimer::new(Arc::clone(&worker), Arc::clone(&hub), wake, clock);
    claimer.run().await;
    // What the last claim brought after the stop.
    worker.release_buffered();
    Some(hub)
}

/// A queue without its unique indexes still runs; who enqueues with a key is refused.
async fn report_missing_indexes(worker: &WorkerRuntime) {
    match unique_indexes::check(&worker.jobs()).await {
        Ok(()) => {}
        Err(error @ Error::MissingIndex { .. }) => {
            tracing::error!(%error, queue = worker.config.queue, "keys are not unique");
        }
        Err(error) => tracing::warn!(%error, "cannot see whether keys are unique"),
    }
}

/// Gives back what waits in the buffer of a busy worker, and all of it as soon as the worker stops:
/// then it is polled for nothing but its running handlers.
async fn watch(context: WorkerContext, worker: std::sync::Weak<WorkerRuntime>) {
    loop {
        let Some(worker) = worker.upgrade() else {
            return;
        };
        if worker.stop.is_cancelled() {
            worker.note_draining().await;
            return;
        }
        if context.is_shutting_down() {
            worker.stop.cancel();
            worker.release_buffered();
            worker.note_draining().await;
            return;
        }
        worker.release_held_back();
        drop(worker);
        tokio::time::sleep(CHECK_EVERY).await;
    }
}
