//! `dossier-worker queues list`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use dossier_common::overview::{Overview, QueueOverview};
use dossier_common::store::Store;
use dossier_service::table::{Column, fitted, terminal_width};
use mongodb::bson::DateTime;

use super::limits_in_words;
use crate::cli::age::{age, age_at};
use crate::cli::json::print_json;
use crate::cli::visible::visible;

/// The list is given up after this.
const LIMIT: Duration = Duration::from_secs(30);

const EXAMPLES: &str = "\
Examples:
  dossier-worker queues list
  dossier-worker queues list --json | jq '.[] | select(.state != \"runs\") | .name'";

const COLUMNS: [Column; 12] = [
    Column::always("queue"),
    Column::always("state"),
    Column::ranked("ready", 1),
    Column::ranked("running", 3),
    Column::ranked("scheduled", 5),
    Column::ranked("retrying", 7),
    Column::ranked("dead", 2),
    Column::ranked("oldest", 4),
    Column::ranked("workers", 6),
    Column::ranked("done/min", 9),
    Column::ranked("limits", 8),
    Column::always("why").breaking(20),
];

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut overview = Overview::gather(store, LIMIT).await?;
    // Exact ones, for whoever compares them with what was done a second ago.
    let operator = store.queue_operator();
    for queue in &mut overview.queues {
        let counts = operator.count_by_state(Some(&queue.name)).await?;
        queue.counts = counts.into_values().next().unwrap_or_default();
    }
    if arguments.json {
        print_json(&overview.queues)?;
    } else {
        let width = terminal_width();
        dossier_service::print_line!("{}", table(&overview.queues, overview.at, width));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(queues: &[QueueOverview], now: DateTime, width: Option<u16>) -> String {
    let rows: Vec<Vec<String>> = queues.iter().map(|queue| row(queue, now)).collect();
    fitted(&COLUMNS, &rows, width).to_string()
}

fn row(queue: &QueueOverview, now: DateTime) -> Vec<String> {
    let counts = &queue.counts;
    vec![
        visible(queue.name.as_bytes()),
        queue.state.as_str().to_owned(),
        counts.ready.to_string(),
        counts.running.to_string(),
        counts.scheduled.to_string(),
        queue.retrying.to_string(),
        counts.dead.to_string(),
        queue.oldest_unfinished.map(age).unwrap_or_default(),
        queue.workers.to_string(),
        queue.rates.done.to_string(),
        limits_in_words(&queue.limits),
        why(queue, now),
    ]
}

/// Why a queue does not run as it would by itself.
fn why(queue: &QueueOverview, now: DateTime) -> String {
    let paused = queue
        .paused_at
        .map(|at| format!("paused {} ago", age_at(at, now)));
    let parked = queue.parked.as_ref().map(|parked| {
        let (since, reason) = (age_at(parked.since, now), &parked.reason);
        let every = age(parked.probe_every);
        format!(
            "parked {since} ago, one job every {every}: {}",
            visible(reason.as_bytes())
        )
    });
    let parts = [paused, parked, queue.malformed.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample;

    #[test]
    fn the_list_fits_60_80_and_160_columns_and_says_why_a_queue_is_parked() {
        let overview = sample::overview();
        for width in [60, 80, 160] {
            let table = table(&overview.queues, overview.at, Some(width));
            for line in table.lines() {
                let columns = line.trim_end().chars().count();
                assert!(columns <= usize::from(width), "{width}: {table}");
            }
            for word in ["mint-download-token", "parked", "paused", "ready", "1204"] {
                assert!(table.contains(word), "{word} at {width}: {table}");
            }
            for word in ["mail", "server", "down"] {
                assert!(table.contains(word), "{word} at {width}: {table}");
            }
            for (word, from) in [
                ("dead", 80),
                ("running", 80),
                ("limits", 160),
                ("done/min", 160),
            ] {
                assert!(
                    width < from || table.contains(word),
                    "{word} at {width}: {table}"
                );
            }
        }
    }
}
