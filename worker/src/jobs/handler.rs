//! [`Handler`]: a job as the worker knows it.

use std::fmt;

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{Monitor, ParallelizeExt, WorkerBuilder};
use dossier_common::queue::backend::Error;
use dossier_common::queue::{Job, QueueName, QueueSettings, Queues};
use futures_util::future::BoxFuture;

use super::Run;
use super::attempt::attempt;
use crate::services::Services;

/// A job as the worker knows it: how to take and run those of its queue, and how to give them back.
#[derive(Clone, Copy)]
pub struct Handler {
    queue: QueueName,
    register: fn(Monitor, Services, &QueueSettings) -> Monitor,
    release: fn(&Queues) -> BoxFuture<'static, Result<usize, Error>>,
}

impl Handler {
    /// The handler of `J`.
    pub const fn of<J: Run>() -> Self {
        Self {
            queue: QueueName::of::<J>(),
            register: register::<J>,
            release: release::<J>,
        }
    }

    /// The queue of its jobs.
    pub fn queue(&self) -> QueueName {
        self.queue
    }

    /// Adds a worker that takes its jobs to `monitor`.
    pub fn register(
        &self,
        monitor: Monitor,
        services: &Services,
        settings: &QueueSettings,
    ) -> Monitor {
        (self.register)(monitor, services.clone(), settings)
    }

    /// Gives back its jobs that this process runs, uncounted; how many they were.
    ///
    /// # Errors
    ///
    /// [`Error`] when the queue cannot be reached; the leases of the jobs then expire.
    pub async fn release(&self, queues: &Queues) -> Result<usize, Error> {
        (self.release)(queues).await
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handler({})", self.queue)
    }
}

fn register<J: Run>(monitor: Monitor, services: Services, settings: &QueueSettings) -> Monitor {
    let storage = services.store.queues().of::<J>();
    let concurrency = J::at_once(settings);
    let time_limit = J::time_limit(settings);
    monitor.register(move |_| {
        WorkerBuilder::new(J::QUEUE)
            .backend(storage.clone())
            .data(services.clone())
            .layer(J::cooldown(&services))
            .concurrency(concurrency)
            .parallelize(tokio::spawn)
            // Within the task, so that the handler ends with its time.
            .timeout(time_limit)
            .build(attempt::<J>)
    })
}

fn release<J: Job>(queues: &Queues) -> BoxFuture<'static, Result<usize, Error>> {
    let storage = queues.of::<J>();
    Box::pin(async move { storage.release_running().await })
}
