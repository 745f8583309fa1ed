//! Do claims of apalis-mongodb care how many finished jobs there are?

use anyhow::ensure;
use dossier_bench::percentile;

use super::{Bench, finished_jobs};
use crate::arguments::{Measure, Settings};
use crate::candidate::Candidate;
use crate::child_task::{ChildReport, EnqueueMode, Task};
use crate::server::ServerKind;

/// Who drains: it leaves nothing behind, so both places stay what they are.
const DRAINER: Candidate = Candidate::ApalisMongodbDelete;

/// The queues that are compared, by the names of their databases.
const PLACES: [&str; 2] = ["claims_empty", "claims_history"];

/// The commands of a claim.
pub(crate) const STEPS: [&str; 2] = ["find", "take"];

const PERCENTS: [f64; 2] = [50.0, 99.0];

/// Jobs that are drained in each round, and how many are claimed at once.
const JOBS: u32 = 5_000;
const BATCH: usize = 20;

/// Milliseconds of a command.
fn key(place: &str, step: &str, percent: f64) -> String {
    format!("{place}, {step} p{percent} ms")
}

/// Each command of a claim with each percentile.
pub(crate) fn commands() -> impl Iterator<Item = (&'static str, f64)> {
    STEPS
        .into_iter()
        .flat_map(|step| PERCENTS.map(|percent| (step, percent)))
}

/// What a command took with no finished jobs, and beside many.
pub(crate) fn beside(bench: &Bench<'_>, step: &str, percent: f64) -> [Option<f64>; 2] {
    PLACES.map(|place| bench.figures.median(DRAINER, &key(place, step, percent)))
}

pub(crate) async fn measure(bench: &mut Bench<'_>) {
    if !bench.arguments.measures(Measure::ClaimHistory) {
        return;
    }
    if let Err(error) = compare(bench).await {
        bench
            .figures
            .failed(DRAINER, "claims beside finished jobs", &error);
    }
}

async fn compare(bench: &mut Bench<'_>) -> anyhow::Result<()> {
    let server = bench.servers.of(ServerKind::Mongod);
    let uris = PLACES.map(|place| server.uri(place));
    for uri in &uris {
        DRAINER
            .store(uri, &bench.arguments.settings)
            .await?
            .reset()
            .await?;
    }
    finished_jobs::fill(bench, &uris[1]).await?;
    for round in 1..=bench.arguments.rounds {
        for (place, uri) in PLACES.iter().zip(&uris) {
            let steps = drain(bench, uri).await?;
            for (step, millis) in STEPS.iter().zip(steps) {
                ensure!(
                    !millis.is_empty(),
                    "no claim was seen; does it work another way now?"
                );
                for percent in PERCENTS {
                    let figure = percentile(&millis, percent);
                    bench
                        .figures
                        .add(DRAINER, &key(place, step, percent), figure);
                }
            }
            anstream::eprintln!("round {round}: {place}, claims measured");
        }
    }
    Ok(())
}

/// Milliseconds of each find and each take.
async fn drain(bench: &Bench<'_>, uri: &str) -> anyhow::Result<[Vec<f64>; 2]> {
    let settings = Settings {
        batch: BATCH,
        in_flight: 2 * BATCH,
        ..bench.arguments.settings.clone()
    };
    bench
        .push_at(DRAINER, uri, EnqueueMode::Batches, JOBS)
        .await?;
    let gate = bench.gate()?;
    let begin = gate.path().to_path_buf();
    let task = Task::Claim { jobs: JOBS, begin };
    let mut child = bench.child_at(DRAINER, uri, &settings, task)?;
    child.ready(bench.arguments.patience()).await?;
    gate.open()?;
    let claims = |said| match said {
        ChildReport::Claims { find, take } => Some([find, take]),
        _ => None,
    };
    let measured = child.receive(bench.arguments.patience(), claims).await?;
    child.end().await;
    Ok(measured)
}
