//! `dossier-api` on the command line.

mod send_reset;
mod serve;
mod users;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The HTTP API of Dossier. Settings come from environment variables; .env.example has them all.
#[derive(Debug, Parser)]
#[command(name = "dossier-api", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve clients until SIGTERM or Ctrl-C, which drain (a second one ends at once) (the default)
    Serve,
    /// Manage accounts; Ops and admins never come from sign-up
    #[command(subcommand)]
    Users(users::Command),
}

impl Cli {
    /// Does what the command line asks.
    ///
    /// # Errors
    ///
    /// What went wrong, for people.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::run().await,
            Command::Users(command) => users::run(command).await.map(|()| ExitCode::SUCCESS),
        }
    }
}
