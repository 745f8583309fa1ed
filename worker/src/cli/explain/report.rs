//! What is said of an address or a document, for people.

use comfy_table::Table;
use dossier_common::queue::backend::JobRecord;
use dossier_common::story::{Explanation, kind_of_mail};
use dossier_service::table::{Column, fitted, terminal_width};

use crate::cli::instant::instant;
use crate::cli::visible::visible;

/// What is stored, the jobs in a table, and what it comes to.
pub(super) fn text(said: &Explanation) -> String {
    let mut parts: Vec<String> = Vec::new();
    for known in &said.known {
        let line = format!("{}  {}", known.id, known.says);
        parts.push(visible(line.as_bytes()));
    }
    if !said.jobs.is_empty() {
        parts.push(listing(&said.jobs).to_string());
    }
    let conclusions = said.conclusions.iter();
    parts.extend(conclusions.map(|line| visible(line.as_bytes())));
    parts.join("\n")
}

const COLUMNS: [Column; 6] = [
    Column::always("job"),
    Column::ranked("what", 1),
    Column::always("state"),
    Column::ranked("attempts", 3),
    Column::ranked("run at (UTC)", 2),
    Column::always("last error").breaking(12),
];

fn listing(jobs: &[JobRecord]) -> Table {
    let row = |job: &JobRecord| {
        vec![
            job.id.clone(),
            kind_of_mail(job).unwrap_or(&job.queue).to_owned(),
            job.state.to_string(),
            format!("{}/{}", job.attempts, job.max_attempts),
            instant(job.run_at),
            visible(job.last_error.as_deref().unwrap_or_default().as_bytes()),
        ]
    };
    let rows: Vec<Vec<String>> = jobs.iter().map(row).collect();
    fitted(&COLUMNS, &rows, terminal_width())
}
