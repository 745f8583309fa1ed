//! `dossier-worker`: runs jobs, and shows and retries them from the command line.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use dossier_common::telemetry::explain;
use dossier_worker::cli::Cli;

/// What is still at work after the grace period ends with the process.
const LAST_WAIT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("dossier-worker: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(cli.run());
    runtime.shutdown_timeout(LAST_WAIT);
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("dossier-worker: {}", explain(&*error));
        ExitCode::FAILURE
    })
}
