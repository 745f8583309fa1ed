//! `dossier-worker completions`

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use dossier_common::queue::QueueName;
use dossier_service::{Shell, completions};

use super::Cli;

const EXAMPLES: &str = "\
Examples:
  dossier-worker completions bash > /etc/bash_completion.d/dossier-worker
  dossier-worker completions zsh > /usr/local/share/zsh/site-functions/_dossier-worker
  dossier-worker completions fish > ~/.config/fish/completions/dossier-worker.fish";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut script = completions(arguments.shell, Cli::command(), "dossier-worker");
    if arguments.shell == Shell::Fish {
        script.push_str(&fish_queues());
    }
    dossier_service::print_line!("{}", script.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// The names of queues as words of commands: what is generated for fish completes options alone.
fn fish_queues() -> String {
    let names: Vec<&str> = QueueName::ALL.iter().map(|name| name.as_str()).collect();
    format!(
        "complete -c dossier-worker -n \"__fish_seen_subcommand_from queues; and \
         __fish_seen_subcommand_from pause resume limit stats\" -f -a \"{}\"\n",
        names.join(" ")
    )
}
