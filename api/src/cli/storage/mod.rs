//! `dossier-api storage`

mod recount;
mod show;

use clap::Subcommand;
use dossier_common::config::{DatabaseSettings, Environment, read_blob_settings};
use dossier_common::entropy::Entropy;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

use crate::storage_limits::StorageLimits;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what is free, what documents take, by person and together, and the limits of this environment
    Show(show::Arguments),
    /// Count anew what documents take, and put right what is wrong; uploads go on meanwhile
    Recount(recount::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let limits = StorageLimits::read(&mut env);
    let blobs = read_blob_settings(&mut env);
    let database = env.finish(database)?;
    let settings = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-api storage", &settings).await?;
    let store = store.with_blobs(blobs, Entropy::system())?;
    match command {
        Command::Show(arguments) => show::run(&store, &limits, &arguments).await,
        Command::Recount(arguments) => recount::run(&store, &arguments).await,
    }
}
