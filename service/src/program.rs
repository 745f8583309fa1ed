//! The whole of a `main`.

use std::process::ExitCode;
use std::time::Duration;

use dossier_common::queue::Cause;
use dossier_common::telemetry::explain;
use dossier_common::trace::TraceContext;

/// What is still at work after the grace period ends with the process.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// Runs `main` on a runtime. What goes wrong is written to standard error, after the name of the
/// program, and makes the exit code 1. Jobs that `main` enqueues itself name the program, and are of one
/// trace.
pub fn run_program(
    program: &str,
    main: impl Future<Output = anyhow::Result<ExitCode>>,
) -> ExitCode {
    let outcome = match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let main = Cause::of_program(program).scope(main);
            let outcome = runtime.block_on(TraceContext::begin().scope(main));
            runtime.shutdown_timeout(LAST_WAIT);
            outcome
        }
        Err(error) => Err(error.into()),
    };
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("{program}: {}", explain(&*error));
        ExitCode::FAILURE
    })
}
