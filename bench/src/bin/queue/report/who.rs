//! Who was compared, and how.

use dossier_bench::Report;

use crate::arguments::Measure;
use crate::measure::Bench;
use crate::measure::throughput::{DISTURBED_FROM, OTHERS, STOLEN};

pub(super) fn add(bench: &Bench<'_>, report: &mut Report) {
    let rows = bench.candidates.iter().map(|candidate| {
        let server = bench.server(*candidate);
        vec![
            candidate.name().to_owned(),
            server.version().to_owned(),
            server.kind().durability().to_owned(),
            candidate.configuration(&bench.arguments.settings),
            candidate.share_of(bench.arguments.jobs).to_string(),
        ]
    });
    let title = [
        "queue",
        "server",
        "durability",
        "configuration",
        "jobs a round",
    ];
    report.table("candidates", &title, rows.collect());
    report.note(format!(
        "Medians of {} interleaved rounds. Handlers do nothing, {} at once in a process; the apalis workers have \
         its layers for tracing, panics, timeouts and concurrency. Producers and workers are processes of their own.",
        bench.arguments.rounds, bench.arguments.settings.concurrency
    ));
    quiet(bench, report);
}

/// How quiet the machine was.
fn quiet(bench: &Bench<'_>, report: &mut Report) {
    let taken = |key| {
        let of_each = bench.candidates.iter();
        let of_each = of_each.filter_map(|candidate| bench.figures.median(*candidate, key));
        of_each.fold(0.0, f64::max)
    };
    if !bench.arguments.measures(Measure::Drain) {
        return;
    }
    report.note(format!(
        "While queues were drained, at most {:.1} % of the machine was stolen by its host and {:.1} % taken by other \
         processes (medians of each queue). {} drains were made again because it was more than {:.0} %; {} count \
         though it was.",
        taken(STOLEN),
        taken(OTHERS),
        bench.repeated,
        DISTURBED_FROM * 100.0,
        bench.disturbed
    ));
}
