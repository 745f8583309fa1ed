//! `dossier-worker workers`

mod list;

use std::process::ExitCode;

use clap::Subcommand;

use super::jobs::open_store;
pub(super) use list::process;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List workers: alive, draining or dead, what each runs, and since when
    List(list::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let store = open_store("dossier-worker workers").await?;
    match command {
        Command::List(arguments) => list::run(&store, &arguments).await,
    }
}
