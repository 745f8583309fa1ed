//! `dossier-worker jobs operations`

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use dossier_common::id::OperationId;
use dossier_common::operations::{self, Operation, OperationState};
use dossier_common::store::Store;
use dossier_service::table::{Column, fitted, terminal_width};
use mongodb::bson::DateTime;
use serde_json::json;

use crate::cli::instant::instant;
use crate::cli::json::print_json;
use crate::cli::operation::{missed, operator, resume_command, sentence, state, told};
use crate::cli::visible::visible;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Show at most so many, the newest first
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Go on after this one
    #[arg(long, value_name = "OPERATION")]
    after: Option<OperationId>,
    /// Have this one stop, wherever it is carried out; `jobs retry --resume` and the like go on with it
    #[arg(long, value_name = "OPERATION", conflicts_with_all = ["limit", "after"])]
    stop: Option<OperationId>,
    /// Print JSON, for scripts: {"items": […], "next_cursor": …}; `--after` takes the cursor
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(id) = arguments.stop {
        return stop(store, id, arguments.json).await;
    }
    // One more, to know whether there are more.
    let asked = arguments.limit + 1;
    let mut found = store.list_operations(arguments.after, asked).await?;
    let shown = usize::try_from(arguments.limit)?;
    let has_more = found.len() > shown;
    found.truncate(shown);
    let now = store.server_time().await?;
    if arguments.json {
        let told = |operation: &Operation| {
            let mut told = told(operation);
            told["state"] = state(operation, now).into();
            told
        };
        let items: Vec<_> = found.iter().map(told).collect();
        let last = found.last().filter(|_| has_more);
        let page = json!({ "items": items, "next_cursor": last.map(|last| last.id) });
        print_json(&page)?;
    } else if found.is_empty() {
        dossier_service::print_line!("no operations");
    } else {
        dossier_service::print_line!("{}", listing(&found, now, terminal_width()));
        for operation in found.iter().filter(|it| it.is_stalled(now)) {
            let command = resume_command(operation);
            dossier_service::print_line!("go on with one that is stalled: {command}");
        }
        if has_more && let Some(last) = found.last() {
            dossier_service::print_line!("more: --after {}", last.id);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn stop(store: &Store, id: OperationId, json: bool) -> anyhow::Result<ExitCode> {
    let operation = operations::stop(store, id, &operator()).await?;
    if json {
        print_json(&told(&operation))?;
    } else if operation.state == OperationState::Running {
        dossier_service::print_line!(
            "{id} stops within two seconds; `dossier-worker jobs operations` shows how far it got"
        );
    } else {
        dossier_service::print_line!("{}", sentence(&operation));
    }
    Ok(ExitCode::SUCCESS)
}

const COLUMNS: [Column; 9] = [
    Column::always("operation"),
    Column::ranked("what", 2).breaking(16),
    Column::always("jobs"),
    Column::ranked("changed", 6),
    Column::ranked("failed", 5),
    Column::always("state"),
    Column::ranked("began (UTC)", 3),
    Column::ranked("by", 4),
    Column::ranked("why", 1).breaking(16),
];

fn listing(found: &[Operation], now: DateTime, width: Option<u16>) -> Table {
    let row = |operation: &Operation| {
        let counts = operation.counts;
        vec![
            operation.id.to_string(),
            visible(format!("{} {}", operation.verb, operation.words).as_bytes()),
            format!("{}/{}", counts.reached, operation.total),
            counts.changed.to_string(),
            counts.failed.to_string(),
            state(operation, now).to_owned(),
            instant(operation.started_at),
            visible(operation.by.to_string().as_bytes()),
            visible(why(operation, now).as_bytes()),
        ]
    };
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    fitted(&COLUMNS, &rows, width)
}

/// Why it does not go on, or why it changed fewer jobs than it was to.
fn why(operation: &Operation, now: DateTime) -> String {
    if operation.is_stalled(now) {
        return "its process has died".to_owned();
    }
    let reason = operation.reason.clone();
    reason.or_else(|| missed(operation)).unwrap_or_default()
}
