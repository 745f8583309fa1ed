//! One apalis worker a queue, under one monitor.

use apalis::prelude::Monitor;
use dossier_common::queue::{QueueName, QueueSettings};

use crate::jobs::{self, Handler};
use crate::services::Services;

/// The workers of `queues`. A worker that ends with an error is started again.
pub fn monitor(services: &Services, queues: &[QueueName], settings: &QueueSettings) -> Monitor {
    monitor_of(services, jobs::handlers_of(queues), settings)
}

/// As [`monitor`], for `handlers`, which need not be in [`jobs::HANDLERS`].
pub fn monitor_of<'h>(
    services: &Services,
    handlers: impl IntoIterator<Item = &'h Handler>,
    settings: &QueueSettings,
) -> Monitor {
    let monitor = Monitor::new().should_restart(|_, _| true);
    handlers.into_iter().fold(monitor, |monitor, handler| {
        handler.register(monitor, services, settings)
    })
}
