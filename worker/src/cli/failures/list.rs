//! `dossier-worker failures list`

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use dossier_common::operations::{self, Cohort};
use dossier_common::store::Store;
use dossier_service::table::{Column, fitted, terminal_width};
use serde_json::json;

use crate::cli::instant::instant;
use crate::cli::json::print_json;
use crate::cli::values;
use crate::cli::visible::visible;

// Another Arguments has it, and groups are called as their types.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Only of this queue
    #[arg(long, value_name = "QUEUE", value_parser = values::any_queue())]
    queue: Option<String>,
    /// Print JSON, for scripts: {"items": […]}
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let queue = arguments.queue.as_deref();
    values::check_queue(store, queue).await?;
    let cohorts = operations::cohorts(store, queue).await?;
    if arguments.json {
        let page = json!({ "items": cohorts });
        print_json(&page)?;
    } else if cohorts.is_empty() {
        dossier_service::print_line!("no dead jobs");
    } else {
        dossier_service::print_line!("{}", listing(&cohorts, terminal_width()));
        dossier_service::print_line!(
            "another run for one of them: dossier-worker failures retry COHORT"
        );
    }
    Ok(ExitCode::SUCCESS)
}

const COLUMNS: [Column; 8] = [
    Column::always("cohort"),
    Column::always("queue"),
    Column::always("jobs"),
    Column::ranked("status", 1),
    Column::ranked("first (UTC)", 3),
    Column::ranked("last (UTC)", 2),
    Column::always("error").breaking(15),
    Column::ranked("one of them", 4),
];

fn listing(cohorts: &[Cohort], width: Option<u16>) -> Table {
    let row = |cohort: &Cohort| {
        vec![
            cohort.id.clone(),
            visible(cohort.queue.as_bytes()),
            cohort.count.to_string(),
            cohort.status.clone().unwrap_or_default(),
            cohort.first_at.map(instant).unwrap_or_default(),
            cohort.last_at.map(instant).unwrap_or_default(),
            visible(cohort.error.as_bytes()),
            visible(cohort.sample_id.as_bytes()),
        ]
    };
    let rows: Vec<Vec<String>> = cohorts.iter().map(row).collect();
    fitted(&COLUMNS, &rows, width)
}
