//! `dossier-api`: serves clients, and manages accounts from the command line.

use std::process::ExitCode;

use clap::Parser;
use dossier_api::cli::Cli;

fn main() -> ExitCode {
    dossier_service::run_program("dossier-api", Cli::parse().run())
}
