//! The command line.

use clap::{Args, Parser, Subcommand};

/// Runs all of Dossier on this machine: MongoDB, a mail server with a web inbox, the
/// migrations, the API and its workers.
///
/// Without a command it stays in the foreground until Ctrl-C. What it remembers lies in
/// `.dossier` of this checkout (or DOSSIER_STATE_DIR). It uses the replica set at
/// MONGODB_URI if that is set, else a mongod from PATH, else one it fetches once.
#[derive(Debug, Parser)]
#[command(
    name = "cargo dev",
    bin_name = "cargo dev",
    version,
    args_conflicts_with_subcommands = true
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) up: Up,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// How to start the stack.
#[derive(Debug, Args)]
pub(super) struct Up {
    /// Return when everything is ready, and leave it running.
    #[arg(long)]
    pub(super) detach: bool,
    /// How many workers to start.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub(super) workers: u16,
    /// Build and run the optimised programs.
    #[arg(long)]
    pub(super) release: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Walk the whole path through the running stack, a line a step.
    Check(Check),
    /// Print KEY=value lines about the running stack, for scripts.
    Env,
    /// Show what is running.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the logs, of all processes or of one.
    Logs(Logs),
    /// Add a worker to the running stack and print its process id.
    StartWorker,
    /// Stop the running stack; its data stays.
    Down,
    /// Stop the running stack and delete its data, secrets and logs.
    Reset {
        /// Really do it.
        #[arg(long)]
        yes: bool,
    },
    /// What `--detach` leaves running.
    #[command(hide = true)]
    Supervise {
        /// The programs to run, as JSON.
        #[arg(long)]
        prepared: String,
        /// How many workers to start.
        #[arg(long)]
        workers: u16,
    },
}

/// How to check the stack.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Afterwards measure links and uploads, and print medians.
    #[arg(long)]
    pub(super) time: bool,
    /// One JSON object instead of lines.
    #[arg(long)]
    pub(super) json: bool,
}

/// Which logs to show.
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// The process, such as `api` or `worker-1`; all if not said.
    pub(super) name: Option<String>,
    /// Go on showing what is added.
    #[arg(long, short)]
    pub(super) follow: bool,
    /// How many lines to begin with.
    #[arg(long, short = 'n', default_value_t = 200)]
    pub(super) lines: usize,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
