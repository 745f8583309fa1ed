//! How fast jobs are enqueued.

use super::Bench;
use crate::arguments::Measure;
use crate::contender::Contender;
use crate::order::How;

/// Jobs a second, each enqueued by itself.
pub(crate) const ONE_BY_ONE: &str = "enqueued one by one/s";
/// Jobs a second, enqueued a thousand at a time.
pub(crate) const BATCHES: &str = "enqueued in batches/s";
/// Jobs a second, each in one transaction with a document.
pub(crate) const WITH_DOCUMENT: &str = "enqueued with a document/s";

/// Measures the ways of enqueuing that were asked for.
pub(crate) async fn measure(bench: &mut Bench<'_>) {
    let ways = [
        (Measure::Enqueue, How::OneByOne, ONE_BY_ONE),
        (Measure::Batch, How::Batches, BATCHES),
        (Measure::Transaction, How::WithDocument, WITH_DOCUMENT),
    ];
    for (measure, how, key) in ways {
        if !bench.arguments.measures(measure) {
            continue;
        }
        for round in 1..=bench.arguments.rounds {
            for contender in bench.contenders.clone() {
                if !takes(contender, how) {
                    continue;
                }
                match once(bench, contender, how).await {
                    Ok(rate) => {
                        let name = contender.name();
                        anstream::eprintln!("round {round}: {name}, {key}: {rate:.0}");
                        bench.figures.add(contender, key, rate);
                    }
                    Err(error) => bench.figures.failed(contender, key, &error),
                }
            }
        }
    }
}

fn takes(contender: Contender, how: How) -> bool {
    match how {
        How::OneByOne => true,
        How::Batches => contender.can_enqueue_in_batches(),
        How::WithDocument => contender.can_enqueue_with_document(),
    }
}

async fn once(bench: &Bench<'_>, contender: Contender, how: How) -> anyhow::Result<f64> {
    let jobs = contender.share_of(bench.arguments.jobs);
    bench.store(contender).reset().await?;
    let seconds = bench.push(contender, how, jobs).await?;
    Ok(f64::from(jobs) / seconds)
}
