//! `dossier-worker queues`

mod list;

use std::process::ExitCode;

use clap::Subcommand;
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List queues: whether they run, how many jobs they have, and why one is parked
    List(list::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-worker queues", &queues).await?;
    match command {
        Command::List(arguments) => list::run(&store, &arguments).await,
    }
}
