//! Who was compared, and how.

use dossier_bench::Report;

use crate::measure::Bench;

pub(super) fn add(bench: &Bench<'_>, report: &mut Report) {
    let rows = bench.contenders.iter().map(|contender| {
        let server = bench.server(*contender);
        vec![
            contender.name().to_owned(),
            server.version().to_owned(),
            server.kind().durability().to_owned(),
            contender.configuration(&bench.arguments.settings),
            contender.share_of(bench.arguments.jobs).to_string(),
        ]
    });
    let title = [
        "queue",
        "server",
        "durability",
        "configuration",
        "jobs a round",
    ];
    report.table("contenders", &title, rows.collect());
    report.note(format!(
        "Medians of {} interleaved rounds. Handlers do nothing, {} at once in a process; the apalis workers have \
         its layers for tracing, panics, timeouts and concurrency. Producers and workers are processes of their own.",
        bench.arguments.rounds, bench.arguments.settings.concurrency
    ));
}
