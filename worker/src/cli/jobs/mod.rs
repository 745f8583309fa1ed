//! `dossier-worker jobs`

mod ended;
mod list;
mod retry;
mod selection;
mod show;

use std::process::ExitCode;

use clap::Subcommand;
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

use selection::JobSelection;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List jobs
    List(list::Arguments),
    /// Show one job: what it is about, what enqueued it, every attempt with its error, and what
    /// happened since to whom and what it is about
    Show(show::Arguments),
    /// Give dead and cancelled jobs another run
    Retry(retry::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let store = open_store("dossier-worker jobs").await?;
    match command {
        Command::List(arguments) => list::run(&store, &arguments).await,
        Command::Show(arguments) => show::run(&store, &arguments).await,
        Command::Retry(arguments) => retry::run(&store, &arguments).await,
    }
}

/// The database that MONGODB_URI names, for `application`.
pub(super) async fn open_store(application: &str) -> anyhow::Result<Store> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    Ok(Store::open(database.uri(), application, &queues).await?)
}
