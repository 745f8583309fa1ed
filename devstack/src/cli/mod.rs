//! The commands of `cargo dev`, a file each.

mod arguments;
mod check;
mod down;
mod env;
mod logs;
pub(crate) mod output;
mod reset;
mod running;
mod start_worker;
mod status;
mod supervise;
mod up;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use arguments::{Arguments, Command};

/// Runs what the command line says.
pub(crate) async fn run() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let Some(command) = arguments.command else {
        return up::up(&arguments.up).await;
    };
    match command {
        Command::Env => env::print_env(),
        Command::StartWorker => start_worker::start_worker().await,
        Command::Check(options) => check::check(&options).await,
        Command::Status { json } => status::show_status(json).await,
        Command::Logs(options) => logs::show_logs(&options).await,
        Command::Down => down::down().await,
        Command::Reset { yes } => reset::reset(yes).await,
        Command::Supervise { prepared, workers } => supervise::supervise(&prepared, workers).await,
    }
}
