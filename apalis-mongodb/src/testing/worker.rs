//! A worker on a thread and a runtime of its own, so that it can be killed and frozen as a
//! process can.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use apalis_core::worker::context::WorkerContext;
use tokio::sync::{oneshot, watch};

use super::{Candidate, CaseError, Handler, Middleware, Settings, Subject};

/// A stop that takes longer has failed.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A running worker. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Running {
    context: WorkerContext,
    kill: Option<oneshot::Sender<()>>,
    ended: watch::Receiver<Option<Result<(), String>>>,
}

impl Running {
    pub(super) fn start<S: Subject>(
        subject: &Arc<S>,
        settings: &Settings,
        name: &str,
        handler: Handler,
        middleware: Middleware,
    ) -> Result<Self, CaseError> {
        let context = WorkerContext::new(name);
        let (kill, killed) = oneshot::channel();
        let (report, ended) = watch::channel(None);
        let (subject, settings, own) = (Arc::clone(subject), settings.clone(), context.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let life = async move {
            let backend = subject.backend(&settings).await.map_err(|error| {
                // What the hook says is the reason, either way.
                let (CaseError::Failed(reason) | CaseError::Unsupported(reason)) = error;
                reason
            })?;
            let run = backend.work(own, handler, middleware);
            run.await.map_err(|error| error.to_string())
        };
        thread::Builder::new().spawn(move || {
            let running = runtime.spawn(life);
            runtime.block_on(async {
                tokio::select! {
                    end = running => {
                        let end = end.unwrap_or_else(|_| Err("the worker panicked".to_owned()));
                        report.send_replace(Some(end));
                    }
                    _ = killed => {}
                }
            });
            // Nothing of the worker is polled again: it has no chance to say goodbye.
            runtime.shutdown_background();
        })?;
        Ok(Self {
            context,
            kill: Some(kill),
            ended,
        })
    }

    /// How the worker ended by itself, if it did.
    pub(super) fn end(&self) -> Option<Result<(), String>> {
        self.ended.borrow().clone()
    }

    /// Fails if the worker ended by itself.
    pub(super) fn lives(&self) -> Result<(), CaseError> {
        match self.end() {
            None => Ok(()),
            Some(Ok(())) => Err(CaseError::failed("the worker ended")),
            Some(Err(reason)) => Err(CaseError::Failed(format!("the worker ended: {reason}"))),
        }
    }

    /// Asks the worker to stop.
    pub(super) fn begin_stop(&self) {
        // One that has ended cannot be stopped; how it ended is told later.
        let _ = self.context.stop();
    }

    /// Asks the worker to stop and waits for its end.
    pub(super) async fn stop(mut self) -> Result<(), CaseError> {
        self.begin_stop();
        let ended = self.ended.wait_for(Option::is_some);
        match tokio::time::timeout(STOP_LIMIT, ended).await {
            Ok(Ok(end)) => match &*end {
                Some(Err(reason)) => Err(CaseError::Failed(format!(
                    "the worker did not stop well: {reason}"
                ))),
                _ => Ok(()),
            },
            _ => Err(CaseError::Failed(format!(
                "the worker did not stop in {STOP_LIMIT:?}"
            ))),
        }
    }

    /// Ends the worker and all it has running without a word to anyone.
    pub(super) async fn kill(mut self) {
        drop(self.kill.take());
        // The thread drops its end of the channel when it is done.
        while self.ended.changed().await.is_ok() {}
    }
}
