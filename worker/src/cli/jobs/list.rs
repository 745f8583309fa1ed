//! `dossier-worker jobs list`

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use dossier_common::queue::backend::JobSummary;
use dossier_common::store::Store;
use dossier_service::table::{Column, fitted, terminal_width};
use serde_json::json;

use super::JobSelection;
use crate::cli::instant::instant;
use crate::cli::json::print_json;
use crate::cli::visible::visible;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    choice: JobSelection,
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
    let filter = arguments.choice.filter(store).await?;
    let page = store
        .queue_operator()
        .list_jobs(&filter, arguments.cursor.as_deref(), arguments.limit)
        .await?;
    if arguments.json {
        let page = json!({ "items": page.items, "next_cursor": page.next_cursor });
        print_json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    if page.items.is_empty() {
        dossier_service::print_line!("no such jobs");
        return Ok(ExitCode::SUCCESS);
    }
    dossier_service::print_line!("{}", listing(&page.items, terminal_width()));
    if let Some(cursor) = page.next_cursor {
        dossier_service::print_line!("more: --cursor {}", shell_word(&cursor));
    }
    Ok(ExitCode::SUCCESS)
}

const COLUMNS: [Column; 6] = [
    Column::always("id"),
    Column::ranked("queue", 1),
    Column::always("state"),
    Column::ranked("attempts", 3),
    Column::ranked("run at (UTC)", 2),
    Column::always("last error").breaking(12),
];

fn listing(jobs: &[JobSummary], width: Option<u16>) -> Table {
    let row = |job: &JobSummary| {
        vec![
            visible(job.id.as_bytes()),
            visible(job.queue.as_bytes()),
            job.state.to_string(),
            format!("{}/{}", job.attempts, job.max_attempts),
            instant(job.run_at),
            visible(reason(job).unwrap_or_default().as_bytes()),
        ]
    };
    let rows: Vec<Vec<String>> = jobs.iter().map(row).collect();
    fitted(&COLUMNS, &rows, width)
}

/// Why the document is no job, or the job's last error.
fn reason(job: &JobSummary) -> Option<&str> {
    job.malformed.as_deref().or(job.last_error.as_deref())
}

/// `text` as one word for a shell.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_can_be_pasted_into_a_shell() {
        assert_eq!(shell_word("job_01JD3Y5T6Z"), "job_01JD3Y5T6Z");
        assert_eq!(shell_word(r#"{"$oid":"65"}"#), r#"'{"$oid":"65"}'"#);
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
