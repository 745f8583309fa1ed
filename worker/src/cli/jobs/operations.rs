//! `dossier-worker jobs operations`

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use dossier_common::id::OperationId;
use dossier_common::operations::Operation;
use dossier_common::store::Store;
use dossier_service::table;
use serde_json::json;

use crate::cli::instant::instant;
use crate::cli::operation::told;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Show at most so many, the newest first
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Go on after this one
    #[arg(long, value_name = "OPERATION")]
    after: Option<OperationId>,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let found = store
        .list_operations(arguments.after, arguments.limit)
        .await?;
    if arguments.json {
        let items: Vec<_> = found.iter().map(told).collect();
        let page = json!({ "items": items });
        anstream::println!("{}", serde_json::to_string_pretty(&page)?);
    } else if found.is_empty() {
        anstream::println!("no operations");
    } else {
        anstream::println!("{}", listing(&found));
    }
    Ok(ExitCode::SUCCESS)
}

fn listing(found: &[Operation]) -> Table {
    let header = [
        "operation",
        "what",
        "jobs",
        "changed",
        "failed",
        "state",
        "began (UTC)",
        "by",
        "why",
    ];
    let mut table = table::table(header);
    for operation in found {
        let counts = operation.counts;
        table.add_row([
            operation.id.to_string(),
            format!("{} {}", operation.verb, operation.words),
            format!("{}/{}", counts.reached, operation.total),
            counts.changed.to_string(),
            counts.failed.to_string(),
            operation.state.as_str().to_owned(),
            instant(operation.started_at),
            operation.by.to_string(),
            operation.reason.clone().unwrap_or_default(),
        ]);
    }
    table
}
