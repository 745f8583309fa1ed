//! The targets, met or missed.

use dossier_bench::{Report, Target};

use crate::candidate::Candidate;
use crate::measure::{Bench, claim_history, enqueue, idle, latency, memory, throughput};

const OURS: Candidate = Candidate::ApalisMongodb;

/// Adds the table of those targets that were measured.
pub(super) fn add(bench: &Bench<'_>, report: &mut Report) {
    let all = [throughput_targets(bench), other_targets(bench)];
    let rows: Vec<_> = all.iter().flatten().filter_map(Target::row).collect();
    if !rows.is_empty() {
        report.table("targets", &Target::HEADER, rows);
    }
}

fn throughput_targets(bench: &Bench<'_>) -> Vec<Target> {
    let of = |candidate, key: &str| bench.figures.median(candidate, key);
    let ratio = |ours: Option<f64>, theirs: Option<f64>| Some(ours? / theirs?);
    let drain = |candidate| of(candidate, &throughput::rate(2));
    let against = |theirs| ratio(drain(OURS), drain(theirs));
    let enqueue = of(Candidate::ApalisPostgres, enqueue::ONE_BY_ONE);
    let processes = |count| of(OURS, &throughput::rate(count));
    vec![
        Target::at_least(
            "drain by 2, × apalis-postgres batch 100",
            1.0,
            against(Candidate::ApalisPostgresBatch),
        ),
        Target::at_least(
            "drain by 2, × apalis-postgres",
            3.5,
            against(Candidate::ApalisPostgres),
        ),
        Target::at_least("drain by 2, × agenda", 10.0, against(Candidate::Agenda)),
        Target::at_least(
            "stretch: drain by 2, deleting, × graphile_worker",
            1.0,
            ratio(
                drain(Candidate::ApalisMongodbDelete),
                drain(Candidate::GraphileWorker),
            ),
        ),
        Target::at_least(
            "enqueue one by one, × apalis-postgres",
            1.5,
            ratio(of(OURS, enqueue::ONE_BY_ONE), enqueue),
        ),
        Target::at_least(
            "enqueue with a document, × the plain enqueue of apalis-postgres",
            0.7,
            ratio(of(OURS, enqueue::WITH_DOCUMENT), enqueue),
        ),
        Target::at_least(
            "drain by 4, × drain by 1",
            0.9,
            ratio(processes(4), processes(1)),
        ),
        Target::at_most(
            "drain by 4, contended claims, %",
            5.0,
            of(OURS, &throughput::contention(4)),
        ),
    ]
}

fn other_targets(bench: &Bench<'_>) -> Vec<Target> {
    let ours = |key: &str| bench.figures.median(OURS, key);
    vec![
        Target::at_most(
            "server CPU per job, drain by 2, ms",
            0.12,
            ours(&throughput::server_cpu(2)),
        ),
        Target::at_most(
            "commit to start, idle, p50, ms",
            5.0,
            ours(&latency::from_return(50.0)),
        ),
        Target::at_most(
            "commit to start, idle, p99, ms",
            10.0,
            ours(&latency::from_return(99.0)),
        ),
        Target::at_most("idle commands/s", 1.0, ours(idle::COMMANDS)),
        Target::at_most(
            "worker memory with 200 in flight, MiB",
            40.0,
            ours(memory::PEAK),
        ),
        Target::at_most(
            "p99 of a claim's find, × an empty queue",
            1.5,
            claim_ratio(bench, claim_history::STEPS[0]),
        ),
        Target::at_most(
            "p99 of a claim's take, × an empty queue",
            1.5,
            claim_ratio(bench, claim_history::STEPS[1]),
        ),
    ]
}

fn claim_ratio(bench: &Bench<'_>, step: &str) -> Option<f64> {
    let [empty, history] = claim_history::beside(bench, step, 99.0);
    Some(history? / empty?)
}
