//! `dossier-worker mail`

mod taken;
mod test;

use std::process::ExitCode;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send one mail to see whether the settings are right; without a database and a queue
    Test(test::Arguments),
    /// After a restore: record which mails the mail server has, by its log, so that they are not sent again
    Taken(taken::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Test(arguments) => test::run(&arguments).await,
        Command::Taken(arguments) => taken::run(&arguments).await,
    }
}
