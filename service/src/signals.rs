//! The signals that stop a process, and the one on which it reads its keys again.

use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// Signals this soon after the first are the same request to stop: `timeout`, shells and
/// supervisors signal a process and then its whole group.
const SAME_REQUEST: Duration = Duration::from_secs(1);

/// SIGTERM, SIGINT and SIGHUP, listened to from the moment this is made. A program makes it first: without it
/// they are lost on the first process of a container.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When the operating system does not allow it.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// What `start` comes to, or nothing when a signal comes before that. `start` goes on in a task of
    /// its own until the process ends: database calls must not be dropped half-way.
    ///
    /// # Errors
    ///
    /// What `start` failed with.
    pub async fn unless_stopped<T, E>(
        &mut self,
        start: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> anyhow::Result<Option<T>>
    where
        T: Send + 'static,
        E: Into<anyhow::Error> + Send + 'static,
    {
        tokio::select! {
            started = tokio::spawn(start) => started?.map(Some).map_err(Into::into),
            name = self.next() => {
                tracing::info!(signal = name, "stopped before the start was complete");
                Ok(None)
            }
        }
    }

    /// The name of the next one that stops the process; does `on_hang_up` on each SIGHUP before it.
    pub(crate) async fn next_stop(&mut self, on_hang_up: impl Fn()) -> &'static str {
        loop {
            tokio::select! {
                _ = self.hang_up.recv() => on_hang_up(),
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
            }
        }
    }

    /// The name of the next one that stops the process.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// The name of the next one that is more than a repetition of one received at `first`.
    pub(crate) async fn next_after(&mut self, first: Instant) -> &'static str {
        loop {
            let name = self.next().await;
            if first.elapsed() >= SAME_REQUEST {
                return name;
            }
        }
    }
}
