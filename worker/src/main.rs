//! `dossier-worker`: runs jobs, and shows and retries them from the command line.

use std::process::ExitCode;

use clap::Parser;
use dossier_worker::cli::Cli;

fn main() -> ExitCode {
    dossier_service::run_program("dossier-worker", Cli::parse().run())
}
