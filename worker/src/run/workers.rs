//! One apalis worker a queue, under one monitor.

use apalis::prelude::Monitor;
use dossier_common::queue::{QueueName, QueueSettings};

use crate::jobs;
use crate::services::Services;

/// The workers of `queues`. A worker that ends with an error is started again.
pub fn monitor(services: &Services, queues: &[QueueName], settings: &QueueSettings) -> Monitor {
    let monitor = Monitor::new().should_restart(|_, _| true);
    jobs::handlers_of(queues).fold(monitor, |monitor, handler| {
        handler.register(monitor, services, settings)
    })
}
