//! `dossier-api`: serves clients, and manages accounts from the command line.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use dossier_api::cli::Cli;
use dossier_common::telemetry::explain;

/// What is still at work after the grace period ends with the process.
const LAST_WAIT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("dossier-api: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(cli.run());
    runtime.shutdown_timeout(LAST_WAIT);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("dossier-api: {}", explain(&*error));
            ExitCode::FAILURE
        }
    }
}
