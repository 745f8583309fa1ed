//! `dossier-api`: serves clients, and manages accounts from the command line.

use std::process::ExitCode;

use clap::Parser;
use dossier_api::cli::Cli;
use dossier_common::telemetry::explain;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("dossier-api: {}", explain(&*error));
            ExitCode::FAILURE
        }
    }
}
