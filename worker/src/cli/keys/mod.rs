//! `dossier-worker keys`

mod list;
mod rewrap;

use std::process::ExitCode;

use clap::Subcommand;
use dossier_common::blob::BlobKeys;
use dossier_common::config::{DatabaseSettings, Environment, read_blob_keys};
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

const EXAMPLES: &str = "\
Examples:
  dossier-worker keys list
  dossier-worker keys rewrap
  dossier-worker keys rewrap --json";

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// List the keys of BLOB_KEYS, and how many documents are sealed under each, missing ones included
    List(list::Arguments),
    /// Wrap the data keys of all sealed documents under the first of BLOB_KEYS, before an old key is taken
    /// away; no bytes are touched, and the same command goes on where it was stopped
    Rewrap(rewrap::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let keys = read_blob_keys(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-worker keys", &queues).await?;
    match command {
        Command::List(arguments) => list::run(&store, keys.as_ref(), &arguments).await,
        Command::Rewrap(arguments) => rewrap::run(&store, required(keys)?, &arguments).await,
    }
}

fn required(keys: Option<BlobKeys>) -> anyhow::Result<BlobKeys> {
    keys.ok_or_else(|| {
        anyhow::anyhow!(
            "BLOB_KEYS is not set: give this command the list that ends in the old key, with the new one in front"
        )
    })
}
