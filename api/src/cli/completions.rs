//! `dossier-api completions`

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use dossier_service::{Shell, completions};

use super::Cli;

const EXAMPLES: &str = "\
Examples:
  dossier-api completions bash > /etc/bash_completion.d/dossier-api
  dossier-api completions zsh > /usr/local/share/zsh/site-functions/_dossier-api
  dossier-api completions fish > ~/.config/fish/completions/dossier-api.fish";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// For which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let script = completions(arguments.shell, Cli::command(), "dossier-api");
    dossier_service::print_line!("{}", script.trim_end());
    Ok(ExitCode::SUCCESS)
}
