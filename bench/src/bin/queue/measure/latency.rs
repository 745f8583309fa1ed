//! How long an idle worker takes to start a job.

use dossier_bench::percentile;

use super::Bench;
use crate::arguments::{Measure, Settings};
use crate::candidate::Candidate;
use crate::child_task::{ChildReport, Task};

/// The percentiles that are told; the last one is the maximum.
pub(crate) const PERCENTS: [f64; 4] = [50.0, 95.0, 99.0, 100.0];

/// So seldom does apalis-mongodb poll meanwhile: its wake-up has to do it.
const POLL_SECONDS: u64 = 30;

/// Milliseconds from the return of a push, which is its commit, to the handler's start.
pub(crate) fn from_return(percent: f64) -> String {
    format!("push returned to start, p{percent} ms")
}

/// Milliseconds from the call of a push to the handler's start.
pub(crate) fn from_call(percent: f64) -> String {
    format!("push called to start, p{percent} ms")
}

pub(crate) async fn measure(bench: &mut Bench<'_>) {
    if !bench.arguments.measures(Measure::Latency) {
        return;
    }
    for round in 1..=bench.arguments.rounds {
        for candidate in bench.candidates.clone() {
            if let Err(error) = once(bench, candidate).await {
                bench.figures.failed(candidate, "latency", &error);
                continue;
            }
            let median = bench.figures.cell(candidate, &from_return(50.0), 1);
            anstream::eprintln!(
                "round {round}: {}, latency: p50 {median} ms so far",
                candidate.name()
            );
        }
    }
}

async fn once(bench: &mut Bench<'_>, candidate: Candidate) -> anyhow::Result<()> {
    let settings = Settings {
        poll_seconds: Some(POLL_SECONDS),
        ..bench.arguments.settings.clone()
    };
    let pushes = bench.arguments.pushes;
    bench.store(candidate).reset().await?;
    let mut child = bench.child(candidate, &settings, Task::Latency { pushes })?;
    let latencies = |said| match said {
        ChildReport::Latencies {
            from_call,
            from_return,
        } => Some((from_call, from_return)),
        _ => None,
    };
    let (called, returned) = child.receive(bench.arguments.patience(), latencies).await?;
    child.end().await;
    for percent in PERCENTS {
        let figures = &mut bench.figures;
        figures.add(
            candidate,
            &from_return(percent),
            percentile(&returned, percent),
        );
        figures.add(candidate, &from_call(percent), percentile(&called, percent));
    }
    Ok(())
}
