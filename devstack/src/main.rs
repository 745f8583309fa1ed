//! `cargo dev`: all of Dossier on this machine, with one command.

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run().await {
        Ok(code) => code,
        Err(error) => {
            cli::output::complain(&error);
            ExitCode::FAILURE
        }
    }
}
