//! `dossier-worker jobs list`

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use dossier_common::queue::backend::operator::list_jobs;
use dossier_common::queue::backend::{Collections, JobRecord};
use dossier_common::store::Store;
use serde_json::json;

use super::{Choice, instant};
use crate::cli::table;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Show at most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Go on after the page that named this cursor
    #[arg(long)]
    cursor: Option<String>,
    /// Print JSON, for scripts: {"items": […], "next_cursor": …}
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let page = list_jobs(
        store.database(),
        &Collections::default(),
        &arguments.choice.filter(),
        arguments.cursor.as_deref(),
        arguments.limit,
    )
    .await?;
    if arguments.json {
        let page = json!({ "items": page.items, "next_cursor": page.next_cursor });
        anstream::println!("{}", serde_json::to_string_pretty(&page)?);
        return Ok(ExitCode::SUCCESS);
    }
    if page.items.is_empty() {
        anstream::println!("no such jobs");
        return Ok(ExitCode::SUCCESS);
    }
    anstream::println!("{}", listing(&page.items));
    if let Some(cursor) = page.next_cursor {
        anstream::println!("more: --cursor {cursor}");
    }
    Ok(ExitCode::SUCCESS)
}

fn listing(jobs: &[JobRecord]) -> Table {
    let header = [
        "id",
        "queue",
        "state",
        "attempts",
        "run at (UTC)",
        "last error",
    ];
    let mut table = table::table(header);
    for job in jobs {
        table.add_row([
            job.id.clone(),
            job.queue.clone(),
            job.state.to_string(),
            format!("{}/{}", job.attempts, job.max_attempts),
            instant(job.run_at),
            job.last_error.clone().unwrap_or_default(),
        ]);
    }
    table
}
