//! `dossier-worker queues pause`

use std::process::ExitCode;

use clap::Args;
use dossier_common::audit::Act;
use dossier_common::clock::rfc3339;
use dossier_common::store::Store;

use super::settings;
use crate::cli::values;
use crate::cli::visible::visible;

const EXAMPLES: &str = "\
Examples:
  dossier-worker queues pause send-email
  dossier-worker queues pause validate-upload revalidate-upload";

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
        dossier_service::print_line!("{}", pause(store, queue).await?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Pauses `queue`; what was done.
pub(in crate::cli) async fn pause(store: &Store, queue: &str) -> anyhow::Result<String> {
    let set = settings::of(store, queue).await?;
    let name = visible(queue.as_bytes());
    if set.paused {
        let since = set.paused_at.map(rfc3339);
        let since = since.map_or_else(String::new, |at| format!(", since {at}"));
        return Ok(format!("{name} is paused already{since}"));
    }
    settings::record(store, Act::PauseQueue, queue, None).await?;
    store.pause_queue(queue).await?;
    Ok(format!(
        "{name} is paused: workers take none of its jobs, and finish those that they have"
    ))
}
