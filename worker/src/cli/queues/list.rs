//! `dossier-worker queues list`

use std::process::ExitCode;

use clap::Args;
use dossier_common::clock::rfc3339;
use dossier_common::queue::QueueName;
use dossier_common::queue::backend::operator::{QueueCounts, QueueRecord};
use dossier_common::store::Store;
use dossier_service::table;
use serde::Serialize;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

/// A queue and how many jobs it has.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    queue: QueueRecord,
    scheduled: u64,
    ready: u64,
    running: u64,
    dead: u64,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let operator = store.queue_operator();
    let mut listed = Vec::new();
    for queue in operator.list_queues().await? {
        let counts = operator.count_by_state(Some(&queue.name)).await?;
        let counts = counts.get(&queue.name).cloned().unwrap_or_default();
        listed.push(of(queue, &counts));
    }
    if arguments.json {
        anstream::println!("{}", serde_json::to_string_pretty(&listed)?);
        return Ok(ExitCode::SUCCESS);
    }
    let header = [
        "queue",
        "state",
        "scheduled",
        "ready",
        "running",
        "dead",
        "rate",
        "why",
    ];
    let mut table = table::table(header);
    for it in &listed {
        table.add_row([
            it.queue.name.clone(),
            state(&it.queue).to_owned(),
            it.scheduled.to_string(),
            it.ready.to_string(),
            it.running.to_string(),
            it.dead.to_string(),
            rate(&it.queue),
            why(&it.queue),
        ]);
    }
    anstream::println!("{table}");
    if listed.len() < QueueName::ALL.len() {
        anstream::println!("queues without jobs, workers and settings are not listed");
    }
    Ok(ExitCode::SUCCESS)
}

fn of(queue: QueueRecord, counts: &QueueCounts) -> Listed {
    Listed {
        scheduled: counts.scheduled,
        ready: counts.ready,
        running: counts.running,
        dead: counts.dead,
        queue,
    }
}

fn state(queue: &QueueRecord) -> &'static str {
    match (queue.paused, &queue.parked) {
        (true, _) => "paused",
        (false, Some(_)) => "parked",
        (false, None) => "runs",
    }
}

fn rate(queue: &QueueRecord) -> String {
    let rate = queue.limits.rate;
    rate.map_or_else(String::new, |it| format!("{} in {:?}", it.starts, it.per))
}

fn why(queue: &QueueRecord) -> String {
    match (&queue.parked, queue.paused_at) {
        (Some(parked), _) => format!(
            "since {}, one job every {:?}: {}",
            rfc3339(parked.since),
            parked.probe_every,
            parked.reason
        ),
        (None, Some(at)) => format!("since {}", rfc3339(at)),
        (None, None) => String::new(),
    }
}
