//! `dossier-worker top`: queues, workers and failures, live, on the whole terminal.
//!
//! [`state`] is what is known and chosen, [`draw`] shows it and does nothing else, [`screen`] owns the
//! terminal, [`watch`] asks the store and takes keys and signals.

mod draw;
mod gather;
mod keys;
mod screen;
mod state;
#[cfg(test)]
mod tests;
mod watch;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use super::jobs::open_store;

const EXAMPLES: &str = "\
Keys: arrows choose a queue, p pauses or resumes it after a question, r asks anew at once, ? lists the keys, q ends.
With NO_COLOR set there are no colours. When the database does not answer, the last figures stay, with since when.

Examples:
  dossier-worker top
  dossier-worker top --interval 10
  NO_COLOR=1 dossier-worker top";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Ask the database every so many seconds
    #[arg(
        long, value_name = "SECONDS", default_value_t = 2,
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    interval: u64,
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        bail!(
            "`top` needs a terminal for its input and its output; for scripts there are \
             `dossier-worker queues list --json` and `dossier-worker workers list --json`"
        );
    }
    let store = open_store("dossier-worker top").await?;
    watch::watch(store, Duration::from_secs(arguments.interval)).await?;
    Ok(ExitCode::SUCCESS)
}
