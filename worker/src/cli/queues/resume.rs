//! `dossier-worker queues resume`

use std::process::ExitCode;

use clap::Args;
use dossier_common::audit::Act;
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
    #[arg(value_name = "QUEUE", required = true, value_parser = values::any_queue())]
    queues: Vec<String>,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    for queue in &arguments.queues {
        values::check_queue(store, Some(queue)).await?;
    }
    for queue in &arguments.queues {
        dossier_service::print_line!("{}", resume(store, queue).await?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Resumes `queue`, also where it is parked; what was done.
pub(in crate::cli) async fn resume(store: &Store, queue: &str) -> anyhow::Result<String> {
    let set = settings::of(store, queue).await?;
    let name = visible(queue.as_bytes());
    if !set.paused && set.parked.is_none() {
        return Ok(format!("{name} is neither paused nor parked"));
    }
    settings::record(store, Act::ResumeQueue, queue, None).await?;
    store.resume_queue(queue).await?;
    let parked = set.parked.as_ref().map(parked);
    Ok(format!(
        "{name} runs again: workers take its jobs{}",
        parked.unwrap_or_default()
    ))
}

fn parked(parking: &Parking) -> String {
    format!(
        "; it was parked since {}, and is so again if jobs go on failing: {}",
        instant(parking.since),
        visible(parking.reason.as_bytes())
    )
}
