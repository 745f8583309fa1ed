//! The tables of the report.

use clap::ValueEnum;
use dossier_bench::Report;

use crate::contender::{Contender, Peer};
use crate::measure::{Bench, claim_history, enqueue, idle, latency, memory, throughput};

/// What people call a peer on the command line.
pub(crate) fn name_of(peer: Peer) -> String {
    let value = peer.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Adds a table for each question.
pub(crate) fn add(bench: &Bench<'_>, report: &mut Report) {
    contenders(bench, report);
    enqueuing(bench, report);
    draining(bench, report);
    latencies(bench, report);
    idling(bench, report);
    claiming(bench, report);
}

/// Adds a table with one row a contender, unless nothing of it was measured.
fn by_contender(
    bench: &Bench<'_>,
    report: &mut Report,
    key: &str,
    columns: &[(String, usize)],
    title: &[&str],
) {
    let measured = |contender: &&Contender| {
        let mut keys = columns.iter().map(|(key, _)| key);
        keys.any(|key| bench.figures.median(**contender, key).is_some())
    };
    let rows: Vec<Vec<String>> = bench
        .contenders
        .iter()
        .filter(measured)
        .map(|contender| {
            let cells = columns.iter();
            let cells = cells.map(|(key, decimals)| bench.figures.cell(*contender, key, *decimals));
            std::iter::once(contender.name().to_owned())
                .chain(cells)
                .collect()
        })
        .collect();
    if !rows.is_empty() {
        report.table(key, title, rows);
    }
}

fn contenders(bench: &Bench<'_>, report: &mut Report) {
    let rows = bench.contenders.iter().map(|contender| {
        let server = bench.server(*contender);
        vec![
            contender.name().to_owned(),
            server.version().to_owned(),
            server.kind().durability().to_owned(),
            contender.configuration().to_owned(),
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
    let settings = &bench.arguments.settings;
    report.note(format!(
        "{} rounds, medians. Handlers do nothing, {} at once in a process; the apalis workers have its tracing, \
         panic, timeout and concurrency layers. apalis-mongodb claims up to {} jobs at once and has up to {} in flight.",
        bench.arguments.rounds, settings.concurrency, settings.batch, settings.in_flight
    ));
}

fn enqueuing(bench: &Bench<'_>, report: &mut Report) {
    let columns = [
        enqueue::ONE_BY_ONE,
        enqueue::BATCHES,
        enqueue::WITH_DOCUMENT,
    ];
    let columns = columns.map(|key| (key.to_owned(), 0));
    let one_by_one = format!(
        "one by one, {} producers, jobs/s",
        bench.arguments.producers
    );
    let with_document = format!(
        "with a document in one transaction, {} producers, jobs/s",
        bench.arguments.producers
    );
    let title = [
        "enqueuing",
        &one_by_one,
        "batches of 1000, jobs/s",
        &with_document,
    ];
    by_contender(bench, report, "enqueuing", &columns, &title);
}

fn draining(bench: &Bench<'_>, report: &mut Report) {
    let processes = &bench.arguments.processes;
    let mut columns = Vec::new();
    let mut title = vec!["draining".to_owned()];
    for count in processes {
        columns.push((throughput::rate(*count), 0));
        title.push(format!("{count} processes, jobs/s"));
    }
    for count in processes {
        columns.push((throughput::rate_from_order(*count), 0));
        title.push(format!("{count}, from the order to begin"));
    }
    for count in processes {
        columns.push((throughput::server_cpu(*count), 3));
        title.push(format!("{count}, server CPU ms a job"));
    }
    for count in processes {
        columns.push((throughput::client_cpu(*count), 3));
        title.push(format!("{count}, worker CPU ms a job"));
    }
    columns.push((memory::PEAK.to_owned(), 1));
    title.push("peak memory of 1, MiB".to_owned());
    let title: Vec<&str> = title.iter().map(String::as_str).collect();
    by_contender(bench, report, "draining", &columns, &title);
    report.note(
        "Draining counts from the first handler's start until the store has every job as finished; from the order to \
         begin, the first claims and the start of the worker count, too. Peak memory is with 200 jobs in flight where \
         that can be told.",
    );
}

fn latencies(bench: &Bench<'_>, report: &mut Report) {
    let returned = latency::PERCENTS.map(|percent| (latency::from_return(percent), 1));
    let called = latency::PERCENTS.map(|percent| (latency::from_call(percent), 1));
    let columns: Vec<_> = returned.into_iter().chain(called).collect();
    let title = [
        "idle worker, push to start, ms",
        "from the push's return: p50",
        "p95",
        "p99",
        "max",
        "from its call: p50",
        "p95",
        "p99",
        "max",
    ];
    by_contender(bench, report, "latency", &columns, &title);
}

fn idling(bench: &Bench<'_>, report: &mut Report) {
    let counted =
        |contender: &&Contender| bench.figures.median(**contender, idle::COMMANDS).is_some();
    let rows = bench.contenders.iter().filter(counted).map(|contender| {
        vec![
            contender.name().to_owned(),
            bench.figures.cell(*contender, idle::COMMANDS, 2),
            contender.server().commands().to_owned(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        report.table(
            "idling",
            &["idle process", "commands/s", "what is counted"],
            rows,
        );
    }
}

fn claiming(bench: &Bench<'_>, report: &mut Report) {
    let mut rows = Vec::new();
    for step in claim_history::STEPS {
        for percent in claim_history::PERCENTS {
            let [empty, history] = claim_history::PLACES.map(|place| {
                bench.figures.median(
                    claim_history::DRAINER,
                    &claim_history::key(place, step, percent),
                )
            });
            if let (Some(empty), Some(history)) = (empty, history) {
                rows.push(vec![
                    format!("{step} p{percent}"),
                    format!("{empty:.2}"),
                    format!("{history:.2}"),
                    format!("{:.2}", history / empty),
                ]);
            }
        }
    }
    let beside = format!("beside {} finished jobs, ms", bench.arguments.finished);
    if !rows.is_empty() {
        report.table(
            "claiming",
            &["command of a claim", "empty queue, ms", &beside, "ratio"],
            rows,
        );
    }
}
