//! `dossier-worker workers list`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use dossier_common::overview::{Overview, WorkerOverview, WorkerState};
use dossier_common::store::Store;
use dossier_service::table::{Column, fitted, terminal_width};
use mongodb::bson::DateTime;

use crate::cli::age::age_at;
use crate::cli::json::print_json;
use crate::cli::values;
use crate::cli::visible::visible;

/// The list is given up after this.
const LIMIT: Duration = Duration::from_secs(30);

const EXAMPLES: &str = "\
A process has one worker for each queue. One that is told to stop drains until its jobs have ended, and is
not listed any more then. One that has sent no heartbeat for a lease (30 s) is dead: others run its jobs. It
is listed for ten leases.

Examples:
  dossier-worker workers list
  dossier-worker workers list --queue send-email --state dead
  dossier-worker workers list --json | jq '.[].running[].id'";

const COLUMNS: [Column; 7] = [
    Column::always("process").breaking(16),
    Column::always("queue"),
    Column::always("state"),
    Column::ranked("runs", 1),
    Column::ranked("buffered", 3),
    Column::ranked("heartbeat", 2),
    Column::ranked("up", 4),
];

const JOBS: [Column; 5] = [
    Column::always("runs"),
    Column::always("for"),
    Column::ranked("attempt", 3),
    Column::ranked("queue", 1),
    Column::ranked("process", 2),
];

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Only workers of this queue
    #[arg(long, value_name = "QUEUE", value_parser = values::any_queue())]
    queue: Option<String>,
    /// Only workers in this state
    #[arg(long, value_name = "STATE", value_parser = worker_state())]
    state: Option<WorkerState>,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

fn worker_state() -> impl TypedValueParser<Value = WorkerState> {
    PossibleValuesParser::new(WorkerState::ALL.map(WorkerState::as_str)).try_map(|name| {
        let mut all = WorkerState::ALL.into_iter();
        all.find(|state| state.as_str() == name)
            .ok_or("is no state of a worker")
    })
}

impl Arguments {
    fn means(&self, worker: &WorkerOverview) -> bool {
        self.queue
            .as_ref()
            .is_none_or(|queue| worker.queue == *queue)
            && self.state.is_none_or(|state| worker.state == state)
    }
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    values::check_queue(store, arguments.queue.as_deref()).await?;
    let overview = Overview::gather(store, LIMIT).await?;
    let mut workers = overview.workers;
    workers.retain(|worker| arguments.means(worker));
    if arguments.json {
        print_json(&workers)?;
    } else if workers.is_empty() {
        dossier_service::print_line!("no such workers; `dossier-worker run` starts some");
    } else {
        dossier_service::print_line!("{}", text(&workers, overview.at, terminal_width()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The workers, and then what they run.
fn text(workers: &[WorkerOverview], now: DateTime, width: Option<u16>) -> String {
    let rows: Vec<Vec<String>> = workers.iter().map(|worker| row(worker, now)).collect();
    let listed = fitted(&COLUMNS, &rows, width);
    let jobs: Vec<Vec<String>> = workers
        .iter()
        .flat_map(|worker| jobs(worker, now))
        .collect();
    match jobs.is_empty() {
        true => listed.to_string(),
        false => format!("{listed}\n\n{}", fitted(&JOBS, &jobs, width)),
    }
}

fn row(worker: &WorkerOverview, now: DateTime) -> Vec<String> {
    vec![
        process(worker),
        visible(worker.queue.as_bytes()),
        worker.state.to_string(),
        worker.running.len().to_string(),
        worker.buffered.to_string(),
        format!("{} ago", age_at(worker.last_heartbeat, now)),
        age_at(worker.started_at, now),
    ]
}

fn jobs(worker: &WorkerOverview, now: DateTime) -> Vec<Vec<String>> {
    let each = worker.running.iter().map(|job| {
        vec![
            visible(job.id.as_bytes()),
            age_at(job.since, now),
            job.attempt.to_string(),
            visible(worker.queue.as_bytes()),
            process(worker),
        ]
    });
    each.collect()
}

/// The machine and the process there, or all that is known.
pub(in crate::cli) fn process(worker: &WorkerOverview) -> String {
    match (&worker.host, worker.pid) {
        (Some(host), Some(pid)) => format!("{} {pid}", visible(host.as_bytes())),
        _ => visible(worker.id.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;

    #[test]
    fn workers_and_what_they_run_fit_60_80_and_160_columns() {
        let overview = sample::overview();
        for width in [60, 80, 160] {
            let text = text(&overview.workers, overview.at, Some(width));
            for line in text.lines() {
                let columns = line.trim_end().chars().count();
                assert!(columns <= usize::from(width), "{width}: {text}");
            }
            let id = &overview.workers[0].running[0].id;
            for word in [
                &**id,
                "alive",
                "draining",
                "dead",
                "send-email",
                "2041",
                "12s",
            ] {
                assert!(text.contains(word), "{word} at {width}: {text}");
            }
            for word in ["buffered", "heartbeat", "attempt"] {
                assert!(
                    width < 160 || text.contains(word),
                    "{word} at {width}: {text}"
                );
            }
        }
    }
}
