//! `dossier-worker queues resume`

use std::process::ExitCode;

use clap::Args;
use dossier_common::audit::Act;
use dossier_common::queue::QueueName;
use dossier_common::queue::backend::Parking;
use dossier_common::store::Store;

use super::settings;
use crate::cli::instant::instant;
use crate::cli::values;
use crate::cli::visible::visible;

const EXAMPLES: &str = "\
Examples:
  dossier-worker queues resume send-email";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Which queues
    #[arg(value_name = "QUEUE", required = true, value_parser = values::queue())]
    queues: Vec<QueueName>,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    for queue in &arguments.queues {
        anstream::println!("{}", resume(store, *queue).await?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Resumes `queue`; what was done.
pub(in crate::cli) async fn resume(store: &Store, queue: QueueName) -> anyhow::Result<String> {
    let set = settings::of(store, queue).await?;
    let parked = set.parked.as_ref().map(parked);
    let parked = parked.unwrap_or_default();
    if !set.paused {
        return Ok(format!("{queue} is not paused{parked}"));
    }
    settings::record(store, Act::ResumeQueue, queue, None).await?;
    store.queue_operator().resume_queue(queue.as_str()).await?;
    Ok(format!(
        "{queue} is not paused any more: workers take its jobs{parked}"
    ))
}

fn parked(parking: &Parking) -> String {
    format!(
        "; but it is parked since {}, one job starts every {:?} until one succeeds: {}",
        instant(parking.since),
        parking.probe_every,
        visible(parking.reason.as_bytes())
    )
}
