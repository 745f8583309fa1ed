//! `dossier-worker queues stats`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use dossier_common::queue::QueueName;
use dossier_common::queue::backend::operator::{Percentiles, QueueStatistics};
use dossier_common::store::Store;
use dossier_service::table::{Column, fitted, terminal_width};
use serde::Serialize;

use crate::cli::age::age;
use crate::cli::instant::parse_span;
use crate::cli::json::print_json;
use crate::cli::values;
use crate::cli::visible::visible;

/// Of each kind of jobs (done, dead, and waiting after a failure) so many are looked at.
const SAMPLE: u32 = 5000;

const EXAMPLES: &str = "\
Jobs that are done are kept for a day, dead and cancelled ones for 30 days: of what was before, nothing
is known. How long attempts waited and ran is read of the newest 5,000 jobs of each kind.

Examples:
  dossier-worker queues stats
  dossier-worker queues stats send-email --window 24h
  dossier-worker queues stats --window 15m --json";

const COLUMNS: [Column; 12] = [
    Column::always("queue"),
    Column::always("done"),
    Column::ranked("done/min", 5),
    Column::ranked("failed", 1),
    Column::ranked("dead", 2),
    Column::ranked("cancelled", 10),
    Column::ranked("wait p50", 3),
    Column::ranked("wait p99", 4),
    Column::ranked("run p50", 6),
    Column::ranked("run p90", 8),
    Column::ranked("run p99", 7),
    Column::ranked("run max", 9),
];

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// Which queues [default: all]
    #[arg(value_name = "QUEUE", value_parser = values::any_queue())]
    queues: Vec<String>,
    /// Over so long, such as 15m or 24h; a minute to 30 days
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_span)]
    window: Duration,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

/// How a queue did.
#[derive(Serialize)]
struct Told {
    queue: String,
    done_per_minute: f64,
    failed_attempts: u64,
    #[serde(flatten)]
    statistics: QueueStatistics,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    for queue in &arguments.queues {
        values::check_queue(store, Some(queue)).await?;
    }
    let queues: Vec<String> = match arguments.queues.is_empty() {
        true => QueueName::ALL.iter().map(ToString::to_string).collect(),
        false => arguments.queues.clone(),
    };
    let (operator, window) = (store.queue_operator(), arguments.window);
    let mut told = Vec::new();
    for queue in queues {
        let statistics = operator.statistics(&queue, window, SAMPLE).await?;
        told.push(Told {
            queue,
            done_per_minute: per_minute(statistics.done, window),
            failed_attempts: statistics.failed_attempts(),
            statistics,
        });
    }
    if arguments.json {
        print_json(&told)?;
        return Ok(ExitCode::SUCCESS);
    }
    dossier_service::print_line!("over the last {}:", age(window));
    dossier_service::print_line!("{}", table(&told, terminal_width()));
    for it in &told {
        if let Some(line) = failures(it) {
            dossier_service::print_line!("{line}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn per_minute(jobs: u64, window: Duration) -> f64 {
    let rate = jobs as f64 * 60.0 / window.as_secs_f64();
    (rate * 10.0).round() / 10.0
}

fn table(told: &[Told], width: Option<u16>) -> String {
    let rows: Vec<Vec<String>> = told.iter().map(row).collect();
    fitted(&COLUMNS, &rows, width).to_string()
}

fn row(told: &Told) -> Vec<String> {
    let statistics = &told.statistics;
    let of = |of: Option<Percentiles>, which: fn(Percentiles) -> Duration| {
        of.map(which).map(age).unwrap_or_default()
    };
    vec![
        visible(told.queue.as_bytes()),
        statistics.done.to_string(),
        told.done_per_minute.to_string(),
        told.failed_attempts.to_string(),
        statistics.dead.to_string(),
        statistics.cancelled.to_string(),
        of(statistics.wait, |it| it.p50),
        of(statistics.wait, |it| it.p99),
        of(statistics.run, |it| it.p50),
        of(statistics.run, |it| it.p90),
        of(statistics.run, |it| it.p99),
        of(statistics.run, |it| it.max),
    ]
}

/// How the attempts of a queue ended, if some failed.
fn failures(told: &Told) -> Option<String> {
    if told.failed_attempts == 0 {
        return None;
    }
    let each = told.statistics.attempts.iter();
    let each: Vec<String> = each
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    let (queue, jobs) = (visible(told.queue.as_bytes()), told.statistics.sampled_jobs);
    let each = each.join(", ");
    Some(format!(
        "{queue}: the attempts of {jobs} jobs ended so: {each}"
    ))
}
