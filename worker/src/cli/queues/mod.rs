//! `dossier-worker queues`

mod limit;
mod limits;
mod list;
mod pause;
mod resume;
mod settings;
mod stats;

use std::process::ExitCode;

use clap::Subcommand;

use super::jobs::open_store;
pub(super) use limits::in_words as limits_in_words;
pub(super) use pause::pause;
pub(super) use resume::resume;

const EXAMPLES: &str = "\
Examples:
  dossier-worker queues list
  dossier-worker queues pause send-email
  dossier-worker queues resume send-email
  dossier-worker queues limit validate-upload --concurrency 8
  dossier-worker queues limit send-email --rate 100/m
  dossier-worker queues limit send-email --off
  dossier-worker queues stats --window 24h";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// List queues: whether they run, how many jobs they have, how old the oldest is, and why one is parked
    List(list::Arguments),
    /// Keep workers from taking jobs of queues; those that they have are finished
    Pause(pause::Arguments),
    /// Let workers take jobs of queues again
    Resume(resume::Arguments),
    /// Limit how many jobs of a queue run at once, and how many start in a time, over all workers
    Limit(limit::Arguments),
    /// Tell how queues did: what was done and failed, and how long jobs waited and ran
    Stats(stats::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let store = open_store("dossier-worker queues").await?;
    match command {
        Command::List(arguments) => list::run(&store, &arguments).await,
        Command::Pause(arguments) => pause::run(&store, &arguments).await,
        Command::Resume(arguments) => resume::run(&store, &arguments).await,
        Command::Limit(arguments) => limit::run(&store, &arguments).await,
        Command::Stats(arguments) => stats::run(&store, &arguments).await,
    }
}
