//! How fast: enqueuing, draining, starting.

use dossier_bench::Report;

use super::table::{Table, processes};
use crate::measure::{Bench, enqueue, latency, throughput};

pub(super) fn add(bench: &Bench<'_>, report: &mut Report) {
    enqueuing(bench, report);
    draining(bench, report);
    starting(bench, report);
}

fn enqueuing(bench: &Bench<'_>, report: &mut Report) {
    let producers = bench.arguments.producers;
    let one_by_one = format!("one by one, {producers} producers");
    let with_document = format!("with a document in one transaction, {producers} producers");
    Table::new("enqueued jobs/s")
        .column(one_by_one, enqueue::ONE_BY_ONE, 0)
        .column("batches of 1000", enqueue::BATCHES, 0)
        .column(with_document, enqueue::WITH_DOCUMENT, 0)
        .write(bench, report);
}

fn draining(bench: &Bench<'_>, report: &mut Report) {
    let counts = &bench.arguments.processes;
    let mut table = Table::new("drained jobs/s");
    for count in counts {
        table = table.column(processes(*count), throughput::rate(*count), 0);
    }
    for count in counts {
        let title = format!("{} from the order", processes(*count));
        table = table.column(title, throughput::rate_from_order(*count), 0);
    }
    table.write(bench, report);
    report.note(
        "Draining counts from the first handler's start until the store has every job as finished. From the order: \
         from when all processes, connected, were told to begin; their first claims and their own start count, too.",
    );
}

fn starting(bench: &Bench<'_>, report: &mut Report) {
    let label = |percent: f64| match percent {
        100.0 => "max".to_owned(),
        _ => format!("p{percent}"),
    };
    let mut table = Table::new("push to start, idle, ms");
    for percent in latency::PERCENTS {
        let title = format!("{} from the push's return", label(percent));
        table = table.column(title, latency::from_return(percent), 1);
    }
    for percent in latency::PERCENTS {
        let title = format!("{} from its call", label(percent));
        table = table.column(title, latency::from_call(percent), 1);
    }
    table.write(bench, report);
}
