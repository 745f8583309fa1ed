//! `dossier-worker jobs`

mod change;
mod delete;
mod ended;
mod left_alone;
mod list;
mod operations;
mod retry;
mod selection;
mod show;
mod waited_for;

use std::process::ExitCode;

use clap::Subcommand;
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::operations::Verb;
use dossier_common::queue::QueueSettings;
use dossier_common::store::Store;

use selection::JobSelection;

const RETRY: &str = "Examples:
  dossier-worker jobs retry job_01J…                                        one job
  dossier-worker jobs retry --queue send-email --state dead --dry-run       how many there are
  dossier-worker jobs retry --queue send-email --state dead --error 451 --over 10m
  dossier-worker jobs retry --resume op_01J…                                go on with one that has stopped";
const RUN_NOW: &str = "Examples:
  dossier-worker jobs run-now job_01J…
  dossier-worker jobs run-now --queue send-email --state scheduled --ended failed --over 5m";
const CANCEL: &str = "Examples:
  dossier-worker jobs cancel job_01J…
  dossier-worker jobs cancel --queue send-email --kind document-rejected --dry-run
`jobs retry` takes it back.";
const DELETE: &str = "Examples:
  dossier-worker jobs delete job_01J… --yes
  dossier-worker jobs delete --queue send-email --state dead --until 720h --dry-run";
const RELEASE: &str = "Examples:
  dossier-worker jobs release job_01J…
  dossier-worker jobs release --queue validate-upload --state running --until 1h
A handler that does not hang may be at work on the job until its next heartbeat; its outcome is refused.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List jobs
    List(list::Arguments),
    /// Show one job: what it is about, what enqueued it, every attempt with its error, and what
    /// happened since to whom and what it is about
    Show(show::Arguments),
    /// Give dead and cancelled jobs another run
    #[command(after_help = RETRY)]
    Retry(retry::Arguments),
    /// Run jobs at once that wait for their time
    #[command(after_help = RUN_NOW)]
    RunNow(change::Arguments),
    /// Keep jobs that wait or run from being run (again)
    #[command(after_help = CANCEL)]
    Cancel(change::Arguments),
    /// Remove jobs that do not run
    #[command(after_help = DELETE)]
    Delete(delete::Arguments),
    /// Take running jobs from a worker that hangs, and make them ready for others
    #[command(after_help = RELEASE)]
    Release(change::Arguments),
    /// List what was done to many jobs: by whom, how far it is, and why it has stopped; or stop one
    Operations(operations::Arguments),
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let store = open_store("dossier-worker jobs").await?;
    match command {
        Command::List(arguments) => list::run(&store, &arguments).await,
        Command::Show(arguments) => show::run(&store, &arguments).await,
        Command::Retry(arguments) => retry::run(&store, &arguments).await,
        Command::RunNow(arguments) => change::run(&store, Verb::RunNow, &arguments, None).await,
        Command::Cancel(arguments) => change::run(&store, Verb::Cancel, &arguments, None).await,
        Command::Delete(arguments) => delete::run(&store, &arguments).await,
        Command::Release(arguments) => change::run(&store, Verb::Release, &arguments, None).await,
        Command::Operations(arguments) => operations::run(&store, &arguments).await,
    }
}

/// The database that MONGODB_URI names, for `application`.
pub(super) async fn open_store(application: &str) -> anyhow::Result<Store> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    Ok(Store::open(database.uri(), application, &queues).await?)
}
