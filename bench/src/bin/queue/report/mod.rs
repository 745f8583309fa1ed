//! What the comparison says: tables for people, and the targets.

mod costs;
mod speeds;
mod table;
mod targets;
mod who;

use dossier_bench::Report;

use crate::measure::Bench;

/// Adds everything that was measured, and what failed.
pub(crate) fn write(bench: &Bench<'_>, report: &mut Report) {
    who::add(bench, report);
    speeds::add(bench, report);
    costs::add(bench, report);
    targets::add(bench, report);
    for failure in bench.figures.failures() {
        report.note(format!("Failed: {failure}"));
    }
    report.figures("rounds", bench.figures.all());
}
