//! What is said of an address or a document.

use dossier_common::queue::backend::JobRecord;
use dossier_service::table::table;
use serde::Serialize;

use crate::cli::instant::instant;
use crate::cli::known::Known;
use crate::cli::visible::visible;

/// What is said of an address or a document.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// What is stored of it.
    pub(super) known: Vec<Known>,
    /// Its jobs, newest first.
    pub(super) jobs: Vec<JobRecord>,
    /// What it comes to, and what to do.
    pub(super) conclusions: Vec<String>,
}

impl Report {
    /// The same for people.
    pub(super) fn text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for known in &self.known {
            let line = format!("{}  {}", known.id, known.says);
            parts.push(visible(line.as_bytes()));
        }
        if !self.jobs.is_empty() {
            parts.push(self.table());
        }
        parts.extend(self.conclusions.iter().cloned());
        parts.join("\n")
    }

    fn table(&self) -> String {
        let header = [
            "job",
            "what",
            "state",
            "attempts",
            "run at (UTC)",
            "last error",
        ];
        let mut table = table(header);
        for job in &self.jobs {
            table.add_row([
                job.id.clone(),
                kind(job).unwrap_or(&job.queue).to_owned(),
                job.state.to_string(),
                format!("{}/{}", job.attempts, job.max_attempts),
                instant(job.run_at),
                job.last_error.clone().unwrap_or_default(),
            ]);
        }
        table.to_string()
    }
}

/// What kind of mail it is, if it is one.
pub(super) fn kind(job: &JobRecord) -> Option<&str> {
    job.payload.as_document()?.get_str("template").ok()
}
