//! One apalis worker a queue, under one monitor.

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{BoxDynError, Data, Monitor, ParallelizeExt, WorkerBuilder};
use dossier_common::queue::backend::JobHandle;
use dossier_common::queue::{
    MintDownloadToken, QueueName, QueueSettings, SendEmail, ValidateUpload,
};

use crate::jobs;
use crate::services::Services;

/// The workers of `queues`. A worker that ends with an error is started again.
pub fn monitor(services: &Services, queues: &[QueueName], settings: &QueueSettings) -> Monitor {
    let mut monitor = Monitor::new().should_restart(|_, _| true);
    for queue in queues {
        monitor = register(monitor, *queue, services.clone(), settings);
    }
    monitor
}

macro_rules! worker {
    ($monitor:expr, $queue:expr, $storage:expr, $services:expr, $settings:expr, $handler:expr) => {{
        let concurrency = $settings.concurrency;
        let time_limit = $queue.time_limit($settings);
        $monitor.register(move |_| {
            WorkerBuilder::new($queue.as_str())
                .backend($storage.clone())
                .data($services.clone())
                .concurrency(concurrency)
                .parallelize(tokio::spawn)
                // Within the task, so that the handler ends with its time.
                .timeout(time_limit)
                .build($handler)
        })
    }};
}

fn register(
    monitor: Monitor,
    queue: QueueName,
    services: Services,
    settings: &QueueSettings,
) -> Monitor {
    let queues = services.store.queues().clone();
    match queue {
        QueueName::SendEmail => {
            let storage = queues.send_email;
            worker!(monitor, queue, storage, services, settings, send_email)
        }
        QueueName::ValidateUpload => {
            let storage = queues.validate_upload;
            worker!(monitor, queue, storage, services, settings, validate_upload)
        }
        QueueName::MintDownloadToken => {
            let storage = queues.mint_download_token;
            worker!(
                monitor,
                queue,
                storage,
                services,
                settings,
                mint_download_token
            )
        }
    }
}

async fn send_email(
    job: SendEmail,
    services: Data<Services>,
    handle: JobHandle,
) -> Result<(), BoxDynError> {
    let sent = jobs::send_email(&job, &services, &handle).await;
    sent.map_err(|failure| failure.into_verdict(handle.attempt()))
}

async fn validate_upload(
    job: ValidateUpload,
    services: Data<Services>,
    handle: JobHandle,
) -> Result<(), BoxDynError> {
    let validated = jobs::validate_upload(&job, &services).await;
    validated.map_err(|failure| failure.into_verdict(handle.attempt()))
}

async fn mint_download_token(
    job: MintDownloadToken,
    services: Data<Services>,
    handle: JobHandle,
) -> Result<(), BoxDynError> {
    let minted = jobs::mint_download_token(&job, &services).await;
    minted.map_err(|failure| failure.into_verdict(handle.attempt()))
}
