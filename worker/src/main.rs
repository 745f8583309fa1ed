//! `dossier-worker`: runs jobs, and shows and retries them from the command line.

use std::process::ExitCode;

use clap::Parser;
use dossier_common::telemetry::explain;
use dossier_worker::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("dossier-worker: {}", explain(&*error));
            ExitCode::FAILURE
        }
    }
}
