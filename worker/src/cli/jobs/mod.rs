//! `dossier-worker jobs`

mod ended;
mod list;
mod retry;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use dossier_common::config::{DatabaseSettings, Environment};
use dossier_common::queue::backend::{JobFilter, JobState};
use dossier_common::queue::{QueueName, QueueSettings};
use dossier_common::store::Store;
use mongodb::bson::DateTime;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List jobs
    List(list::Arguments),
    /// Show one job: what it is about, and every attempt with its error
    Show(show::Arguments),
    /// Give dead and cancelled jobs another run
    Retry(retry::Arguments),
}

/// Which jobs are meant.
#[derive(Debug, Args)]
struct JobSelection {
    /// Only jobs of this queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<QueueName>,
    /// Only jobs in this state: scheduled, ready, running, done, dead, cancelled
    /// or malformed, which are documents that are no jobs; repeat for more
    #[arg(long = "state", value_name = "STATE")]
    states: Vec<JobState>,
}

impl JobSelection {
    fn filter(&self) -> JobFilter {
        JobFilter {
            queue: self.queue.map(|queue| queue.as_str().to_owned()),
            states: self.states.clone(),
            ..JobFilter::default()
        }
    }
}

pub(super) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let mut env = Environment::of_process();
    let database = DatabaseSettings::read(&mut env);
    let database = env.finish(database)?;
    let queues = QueueSettings::default();
    let store = Store::open(database.uri(), "dossier-worker jobs", &queues).await?;
    match command {
        Command::List(arguments) => list::run(&store, &arguments).await,
        Command::Show(arguments) => show::run(&store, &arguments).await,
        Command::Retry(arguments) => retry::run(&store, &arguments).await,
    }
}

/// An instant for a table: to the second, in UTC.
fn instant(at: DateTime) -> String {
    let text = dossier_common::clock::rfc3339(at);
    text.get(..19).map_or(text.clone(), |to_the_second| {
        to_the_second.replace('T', " ")
    })
}
