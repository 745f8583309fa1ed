//! What was found, for people and for scripts.

use dossier_common::clock::rfc3339;
use dossier_common::store::check::{Check, Difference, Snapshot};
use dossier_service::table::{Column, fitted, terminal_width};
use mongodb::bson::DateTime;
use serde::Serialize;

use crate::cli::visible::visible;

const COLUMNS: [Column; 4] = [
    Column::always("check"),
    Column::always("of"),
    Column::always("found").breaking(24),
    Column::always("repair").breaking(16),
];

/// What was found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// What it was compared with, where that is a matter of time.
    at: String,
    /// What disagrees.
    pub(super) differences: Vec<Line>,
    /// The checks that found as much as they tell at once: there may be more.
    incomplete: Vec<Check>,
}

/// A difference, and what came of it.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    #[serde(flatten)]
    pub(super) difference: Difference,
    /// Whether it was mended.
    #[serde(rename = "mended")]
    pub(super) is_mended: bool,
}

impl Report {
    pub(super) fn new(now: DateTime) -> Self {
        Self {
            at: rfc3339(now),
            differences: Vec::new(),
            incomplete: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, check: Check, found: Vec<Difference>) {
        if found.len() >= Snapshot::MOST {
            self.incomplete.push(check);
        }
        self.differences
            .extend(found.into_iter().map(|difference| Line {
                difference,
                is_mended: false,
            }));
    }

    /// Whether all agrees, or was mended.
    pub(super) fn is_clean(&self) -> bool {
        self.incomplete.is_empty() && self.differences.iter().all(|line| line.is_mended)
    }
}

/// The report for people: what disagrees, what that means, and a sentence.
pub(super) fn text(report: &Report) -> String {
    if report.differences.is_empty() {
        return "documents, bytes, jobs, links and counters agree".to_owned();
    }
    let rows: Vec<Vec<String>> = report.differences.iter().map(row).collect();
    let mut parts = vec![
        fitted(&COLUMNS, &rows, terminal_width()).to_string(),
        String::new(),
    ];
    for check in Check::ALL {
        let mut differences = report.differences.iter();
        if differences.any(|line| line.difference.check == check) {
            parts.push(format!(
                "{}: {}; --repair: {}",
                check.as_str(),
                check.meaning(),
                check.remedy()
            ));
        }
    }
    for check in &report.incomplete {
        parts.push(format!(
            "there may be more of {}: run it again",
            check.as_str()
        ));
    }
    let mended = report
        .differences
        .iter()
        .filter(|line| line.is_mended)
        .count();
    let left = report.differences.len() - mended;
    parts.push(format!("{mended} mended, {left} left"));
    parts.join("\n")
}

fn row(line: &Line) -> Vec<String> {
    let difference = &line.difference;
    let repair = if line.is_mended { "mended" } else { "left" };
    vec![
        difference.check.as_str().to_owned(),
        visible(difference.id.as_bytes()),
        visible(difference.found.as_bytes()),
        repair.to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_disagrees_is_clean_and_said_in_a_sentence() {
        let report = Report::new(DateTime::from_millis(0));
        assert!(report.is_clean());
        assert!(text(&report).ends_with("agree"));
    }
}
