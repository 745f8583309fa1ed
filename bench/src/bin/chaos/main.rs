//! Does the queue keep its promises when everything fails?
//!
//! The parent process starts a server and worker processes (this program again, with a
//! [`child::WorkerTask`]), lets the seeded [`plan`] happen to them, and gives what they and the store have
//! written down to a checker.

mod arguments;
mod check;
mod child;
mod clock;
mod clocks;
mod disturb;
mod history;
mod job;
mod pauses;
mod plan;
mod producer;
mod record;
mod report;
mod run;
mod server;
mod workers;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use dossier_devstack::environment::scratch_dir;
use dossier_devstack::supervisor::EndSignal;
use tempfile::TempDir;

use arguments::Arguments;
use check::Goals;
use run::Finished;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.child {
        Some(order) => child::work(order).await.map(|()| true),
        None => run_and_report(&arguments).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every promise held.
async fn run_and_report(arguments: &Arguments) -> anyhow::Result<bool> {
    let mut folder = new_folder()?;
    if arguments.keep {
        folder.disable_cleanup(true);
        anstream::eprintln!("logs and data are in {}", folder.path().display());
    }
    let outcome = run_to_its_end(arguments, &folder).await;
    server::end_leftover(folder.path()).await;
    let finished = outcome?;
    let goals = Goals::of(arguments);
    report::write(&finished, &goals, arguments).print(arguments.json.as_deref())?;
    Ok(finished.findings.violations.is_empty())
}

/// Runs in a task of its own, so that everything it has started is ended by its handles whatever
/// happens to it: a signal, an error or a panic.
async fn run_to_its_end(arguments: &Arguments, folder: &TempDir) -> anyhow::Result<Finished> {
    let mut end = EndSignal::listen()?;
    let (own, path) = (arguments.clone(), folder.path().to_path_buf());
    let mut running = tokio::spawn(async move { run::run(&own, &path).await });
    tokio::select! {
        ended = &mut running => ended?,
        () = end.received() => {
            running.abort();
            // It has ended when its handles are dropped.
            let _ = running.await;
            bail!("interrupted")
        }
    }
}

/// A folder for data and logs, gone with its handle.
fn new_folder() -> anyhow::Result<TempDir> {
    let scratch = scratch_dir();
    std::fs::create_dir_all(&scratch)?;
    let folder = tempfile::Builder::new()
        .prefix("chaos-")
        .tempdir_in(scratch);
    folder.context("create a folder for the server and the logs")
}
