//! How fast jobs are enqueued.

use super::Bench;
use crate::arguments::Measure;
use crate::candidate::Candidate;
use crate::child_task::EnqueueMode;

/// Jobs a second, each enqueued by itself.
pub(crate) const ONE_BY_ONE: &str = "enqueued one by one/s";
/// Jobs a second, enqueued a thousand at a time.
pub(crate) const BATCHES: &str = "enqueued in batches/s";
/// Jobs a second, each in one transaction with a document.
pub(crate) const WITH_DOCUMENT: &str = "enqueued with a document/s";

/// Measures the ways of enqueuing that were asked for.
pub(crate) async fn measure(bench: &mut Bench<'_>) {
    let ways = [
        (Measure::Enqueue, EnqueueMode::OneByOne, ONE_BY_ONE),
        (Measure::Batch, EnqueueMode::Batches, BATCHES),
        (
            Measure::Transaction,
            EnqueueMode::WithDocument,
            WITH_DOCUMENT,
        ),
    ];
    for (measure, how, key) in ways {
        if !bench.arguments.measures(measure) {
            continue;
        }
        for round in 1..=bench.arguments.rounds {
            for candidate in bench.candidates.clone() {
                if !takes(candidate, how) {
                    continue;
                }
                match once(bench, candidate, how).await {
                    Ok(rate) => {
                        let name = candidate.name();
                        anstream::eprintln!("round {round}: {name}, {key}: {rate:.0}");
                        bench.figures.add(candidate, key, rate);
                    }
                    Err(error) => bench.figures.failed(candidate, key, &error),
                }
            }
        }
    }
}

fn takes(candidate: Candidate, how: EnqueueMode) -> bool {
    match how {
        EnqueueMode::OneByOne => true,
        EnqueueMode::Batches => candidate.can_enqueue_in_batches(),
        EnqueueMode::WithDocument => candidate.can_enqueue_with_document(),
    }
}

async fn once(bench: &Bench<'_>, candidate: Candidate, how: EnqueueMode) -> anyhow::Result<f64> {
    let jobs = candidate.share_of(bench.arguments.jobs);
    bench.store(candidate).reset().await?;
    let seconds = bench.push(candidate, how, jobs).await?;
    Ok(f64::from(jobs) / seconds)
}
