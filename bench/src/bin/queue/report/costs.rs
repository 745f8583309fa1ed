//! At what price: processors, memory, commands; and whether a long history makes it dearer.

use dossier_bench::Report;

use super::table::{Table, processes};
use crate::measure::{Bench, claim_history, idle, memory, throughput};

pub(super) fn add(bench: &Bench<'_>, report: &mut Report) {
    draining(bench, report);
    idling(bench, report);
    claiming(bench, report);
}

fn draining(bench: &Bench<'_>, report: &mut Report) {
    let counts = &bench.arguments.processes;
    let mut table = Table::new("draining costs");
    for count in counts {
        let title = format!("server CPU ms a job, {}", processes(*count));
        table = table.column(title, throughput::server_cpu(*count), 3);
    }
    for count in counts {
        let title = format!("worker CPU ms a job, {}", processes(*count));
        table = table.column(title, throughput::client_cpu(*count), 3);
    }
    table = table.column("peak memory of 1 process, MiB", memory::PEAK, 1);
    table.write(bench, report);
    report.note("Peak memory is with 200 jobs in flight, of those that can be told.");
}

fn idling(bench: &Bench<'_>, report: &mut Report) {
    let candidates = bench.candidates.iter();
    let rows = candidates.filter_map(|candidate| {
        let rate = bench.figures.median(*candidate, idle::COMMANDS)?;
        let counted = candidate.server().commands();
        Some(vec![
            candidate.name().to_owned(),
            format!("{rate:.2}"),
            counted.to_owned(),
        ])
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        let title = ["one idle process", "commands/s", "what is counted"];
        report.table("idling", &title, rows);
    }
}

fn claiming(bench: &Bench<'_>, report: &mut Report) {
    let mut rows = Vec::new();
    for (step, percent) in claim_history::commands() {
        let [empty, history] = claim_history::beside(bench, step, percent);
        if let (Some(empty), Some(history)) = (empty, history) {
            rows.push(vec![
                format!("{step} p{percent}"),
                format!("{empty:.2}"),
                format!("{history:.2}"),
                format!("{:.2}", history / empty),
            ]);
        }
    }
    if !rows.is_empty() {
        let beside = format!("beside {} finished jobs", bench.arguments.finished);
        let title = [
            "command of a claim, ms",
            "no finished jobs",
            &beside,
            "ratio",
        ];
        report.table("claiming", &title, rows);
    }
}
