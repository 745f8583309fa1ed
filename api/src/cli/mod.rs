//! `dossier-api` on the command line.

mod audit;
mod completions;
mod keys;
mod serve;
mod storage;
mod users;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dossier_common::config::Environment;

use crate::config::METRICS_PORT;

/// The HTTP API of Dossier. Settings come from environment variables; .env.example has them all.
#[derive(Debug, Parser)]
#[command(name = "dossier-api", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve clients until SIGTERM or Ctrl-C, which drain (a second one ends at once); SIGHUP reads the keys again (the default)
    Serve,
    /// Ask the process that serves on this machine, at METRICS_ADDR, whether it is ready; exits 1 when it is not
    Healthcheck,
    /// Make and check keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Manage accounts; Ops and admins never come from sign-up
    #[command(subcommand)]
    Users(users::Command),
    /// See and count anew how much room documents take
    #[command(subcommand)]
    Storage(storage::Command),
    /// Read who did what
    #[command(subcommand)]
    Audit(audit::Command),
    /// Print what a shell needs to complete this program's commands
    Completions(completions::Arguments),
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
            Command::Healthcheck => {
                dossier_service::healthcheck(Environment::of_process(), "dossier-api", METRICS_PORT)
                    .await
            }
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Audit(command) => audit::run(command).await.map(|()| ExitCode::SUCCESS),
            Command::Keys(command) => keys::run(&command).await.map(|()| ExitCode::SUCCESS),
            Command::Storage(command) => storage::run(command).await.map(|()| ExitCode::SUCCESS),
            Command::Users(command) => users::run(command).await.map(|()| ExitCode::SUCCESS),
        }
    }
}
