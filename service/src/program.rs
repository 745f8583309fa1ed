//! The whole of a `main`.

use std::mem;
use std::process::ExitCode;

use dossier_common::queue::Cause;
use dossier_common::telemetry::explain;
use dossier_common::trace::TraceContext;

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
            // Not shut down: that ends tasks of the database's driver half-way, some of which panic then. What is
            // still at work ends with the process.
            mem::forget(runtime);
            outcome
        }
        Err(error) => Err(error.into()),
    };
    outcome.unwrap_or_else(|error| {
        anstream::eprintln!("{program}: {}", harmless(&explain(&*error)));
        ExitCode::FAILURE
    })
}

/// `text`, which may have what a server said in it, with escapes for what would steer the terminal.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() && c != '\n' {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn an_error_has_lines_and_nothing_that_steers_the_terminal() {
        assert_eq!(
            harmless("no:\n  - \u{1B}[31m\u{E4}\r"),
            "no:\n  - \\u{1b}[31m\u{E4}\\u{d}"
        );
    }
}
