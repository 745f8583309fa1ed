//! The report for people: a table of what changes, and a sentence.

use dossier_common::queue::{QueueName, RevalidateUpload};

use super::report::{Change, Named, Report};
use crate::cli::visible::visible;
use dossier_service::table::table;

/// The report for people.
pub(super) fn text(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(table) = changes(report) {
        parts.push(table);
    }
    parts.push(summary(report));
    parts.extend(advice(report));
    parts.join("\n")
}

fn changes(report: &Report) -> Option<String> {
    let mut table = table(["document", "name", "change", "reason"]);
    let rejected = if report.dry_run {
        "would be rejected"
    } else {
        "rejected"
    };
    let mut row = |file: &Named, change: &str, reason: String| {
        let id = file.file_id.to_string();
        let (name, reason) = (visible(file.name.as_bytes()), visible(reason.as_bytes()));
        table.add_row([id, name, change.to_owned(), reason]);
    };
    for change in &report.rejected {
        row(&change.file, rejected, reason(change));
    }
    for change in &report.acceptable {
        row(
            &change.file,
            "stays rejected, would be accepted",
            reason(change),
        );
    }
    for failure in &report.rest.failed {
        row(&failure.file, "not inspected", failure.error.clone());
    }
    (!table.is_empty()).then(|| table.to_string())
}

fn reason(change: &Change) -> String {
    let rejection = change.rejection.as_ref();
    let said = rejection.map(|rejection| format!("{}: {}", rejection.code, rejection.message));
    said.unwrap_or_default()
}

fn summary(report: &Report) -> String {
    let would = if report.dry_run { " would be" } else { "" };
    format!(
        "version {} of the rules, {} documents inspected: {} unchanged, {}{would} rejected, \
         {} stay rejected although they would be accepted; {} could not be inspected",
        report.rules_version,
        report.inspected(),
        report.unchanged,
        report.rejected.len(),
        report.acceptable.len(),
        report.rest.failed.len(),
    )
}

/// What to do about what was not inspected.
fn advice(report: &Report) -> Vec<String> {
    let queue = QueueName::of::<RevalidateUpload>();
    let mut advice = Vec::new();
    if report.rest.waiting > 0 {
        advice.push(format!("{} jobs have not ended", report.rest.waiting));
    }
    if report.rest.outdated > 0 {
        advice.push(format!(
            "{} documents have an older verdict and no job: run the same command again, once no older \
             worker runs",
            report.rest.outdated
        ));
    }
    if !report.rest.failed.is_empty() && !report.dry_run {
        advice.push(format!(
            "they stay as they are; remove the cause, then `dossier-worker jobs retry --queue {queue} \
             --state dead`"
        ));
    }
    advice
}
