//! `dossier-worker failures`

mod list;
mod retry;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::jobs::open_store;

const EXAMPLES: &str = "Examples:
  dossier-worker failures                               what killed jobs, most of them first
  dossier-worker jobs show job_01J…                     one of a cohort, with every attempt
  dossier-worker failures retry 3f9c01ab --dry-run      how many would run again
  dossier-worker failures retry 3f9c01ab --over 10m     run them again, evenly spread; stops by itself when
                                                        more than half fail again";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: list::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List cohorts of dead jobs: by queue, error and status, and since when
    List(list::Arguments),
    /// Give the jobs of one cohort another run
    Retry(retry::Arguments),
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let store = open_store("dossier-worker failures").await?;
    match arguments.command {
        None => list::run(&store, &arguments.list).await,
        Some(Command::List(arguments)) => list::run(&store, &arguments).await,
        Some(Command::Retry(arguments)) => retry::run(&store, &arguments).await,
    }
}
