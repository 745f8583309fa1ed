//! `dossier-worker` on the command line.

mod age;
mod check;
mod completions;
mod duration;
mod explain;
mod failures;
mod inspect;
mod instant;
mod jobs;
mod json;
mod keys;
mod mail;
mod operation;
mod progress;
mod queues;
mod revalidate;
#[cfg(test)]
mod sample;
mod top;
mod values;
mod visible;
mod workers;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dossier_common::config::Environment;
use dossier_common::queue::QueueName;

use crate::config::METRICS_PORT;

/// The workers of Dossier. Settings come from environment variables; .env.example has them all.
#[derive(Debug, Parser)]
#[command(name = "dossier-worker", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a process has one")]
enum Command {
    /// Run jobs until SIGTERM or Ctrl-C, which drain (a second one ends at once); SIGHUP reads the keys again
    Run {
        /// Take jobs from this queue; repeat for more [default: WORKER_QUEUES, or all]
        #[arg(long = "queue", value_name = "QUEUE", value_parser = values::queue())]
        queues: Vec<QueueName>,
        /// Run so many jobs of each queue at once, of inspections eight times as many [default: WORKER_CONCURRENCY, or 4]
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
        concurrency: Option<u16>,
    },
    /// Ask the process that runs jobs on this machine, at METRICS_ADDR, whether it is ready; exits 1 when it is not
    Healthcheck,
    /// Say whether documents, bytes, jobs, links and counters agree at one moment, and mend what does not
    Check(check::Arguments),
    /// Inspect files as an upload would be, without a database
    Inspect(inspect::Arguments),
    /// Say what became of the mails to an address, or of a document, and what to do
    Explain(explain::Arguments),
    /// See what killed jobs, and give those that died alike another run
    Failures(failures::Arguments),
    /// See jobs, and retry, run, cancel, delete and release them
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// See the keys that documents are sealed under, and wrap old data keys under a new one
    #[command(subcommand)]
    Keys(keys::Command),
    /// Try the settings of the mail server
    #[command(subcommand)]
    Mail(mail::Command),
    /// See, pause, resume and limit queues, and tell how they did
    #[command(subcommand)]
    Queues(queues::Command),
    /// Have stored documents inspected again whose verdict is by older rules
    Revalidate(revalidate::Arguments),
    /// Watch queues, workers and failures on the whole terminal, and pause and resume queues
    Top(top::Arguments),
    /// See the workers of all processes
    #[command(subcommand)]
    Workers(workers::Command),
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
        match self.command {
            Command::Run {
                queues,
                concurrency,
            } => crate::run::run(queues, concurrency.map(usize::from)).await,
            Command::Healthcheck => {
                dossier_service::healthcheck(
                    Environment::of_process(),
                    "dossier-worker",
                    METRICS_PORT,
                )
                .await
            }
            Command::Check(arguments) => check::run(arguments).await,
            Command::Inspect(arguments) => inspect::run(arguments).await,
            Command::Explain(arguments) => explain::run(arguments).await,
            Command::Failures(arguments) => failures::run(arguments).await,
            Command::Jobs(command) => jobs::run(command).await,
            Command::Keys(command) => keys::run(command).await,
            Command::Mail(command) => mail::run(command).await,
            Command::Queues(command) => queues::run(command).await,
            Command::Revalidate(arguments) => revalidate::run(arguments).await,
            Command::Top(arguments) => top::run(arguments).await,
            Command::Workers(command) => workers::run(command).await,
            Command::Completions(arguments) => completions::run(&arguments),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn every_command_is_whole() {
        Cli::command().debug_assert();
    }
}
