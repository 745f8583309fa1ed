//! Do claims of apalis-mongodb care how many finished jobs there are?

use anyhow::{Context, ensure};
use apalis_mongodb::Collections;
use dossier_bench::percentile;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, WriteConcern};
use mongodb::{Client, Collection};
use tokio::time::Instant;

use super::Bench;
use crate::arguments::{Measure, Settings};
use crate::contender::{Contender, QUEUE};
use crate::order::{Duty, How, Said};
use crate::server::ServerKind;

/// Who drains: it leaves nothing behind, so both places stay what they are.
pub(crate) const DRAINER: Contender = Contender::ApalisMongodbDelete;

/// The queues that are compared, by the names of their databases.
pub(crate) const PLACES: [&str; 2] = ["claims_empty", "claims_history"];

/// The commands of a claim.
pub(crate) const STEPS: [&str; 2] = ["find", "take"];

pub(crate) const PERCENTS: [f64; 2] = [50.0, 99.0];

/// Jobs that are drained in each round, and how many are claimed at once.
const JOBS: u32 = 5_000;
const BATCH: usize = 20;

/// Finished jobs that are inserted at once.
const INSERTED_AT_ONCE: u32 = 5_000;

/// Milliseconds of a command.
pub(crate) fn key(place: &str, step: &str, percent: f64) -> String {
    format!("{place}, {step} p{percent} ms")
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
    fill(bench, &uris[1]).await?;
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
    bench.push_at(DRAINER, uri, How::Batches, JOBS).await?;
    let gate = bench.gate()?;
    let begin = gate.path().to_path_buf();
    let duty = Duty::Claim { jobs: JOBS, begin };
    let mut child = bench.child_at(DRAINER, uri, &settings, duty)?;
    child.ready(bench.arguments.patience()).await?;
    gate.open()?;
    let claims = |said| match said {
        Said::Claims { find, take } => Some([find, take]),
        _ => None,
    };
    let measured = child.hear(bench.arguments.patience(), claims).await?;
    child.end().await;
    Ok(measured)
}

/// Makes one finished job by finishing it, and copies it under new ids.
async fn fill(bench: &Bench<'_>, uri: &str) -> anyhow::Result<()> {
    let client = Client::with_uri_str(uri).await?;
    let database = client
        .default_database()
        .context("the address names a database")?;
    let jobs = database.collection::<Document>(&Collections::default().jobs);
    let sample = finished(bench, uri, &jobs).await?;
    let wanted = bench.arguments.finished;
    let mut inserted = 1;
    while inserted < wanted {
        let more = INSERTED_AT_ONCE.min(wanted - inserted);
        let copies = (0..more).map(|_| {
            let mut copy = sample.clone();
            copy.insert("_id", ObjectId::new().to_hex());
            copy
        });
        let copies: Vec<Document> = copies.collect();
        let unconcerned = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
        jobs.insert_many(copies).write_concern(unconcerned).await?;
        inserted += more;
        if inserted % 100_000 == 0 {
            anstream::eprintln!("{inserted} of {wanted} finished jobs are there");
        }
    }
    Ok(())
}

/// A job that a worker has finished, as it is stored.
async fn finished(
    bench: &Bench<'_>,
    uri: &str,
    jobs: &Collection<Document>,
) -> anyhow::Result<Document> {
    // This one keeps what it has finished.
    let worker = Contender::ApalisMongodb;
    bench.push_at(worker, uri, How::OneByOne, 1).await?;
    let gate = bench.gate()?;
    gate.open()?;
    let begin = gate.path().to_path_buf();
    let child = bench.child_at(worker, uri, &bench.arguments.settings, Duty::Work { begin })?;
    let deadline = Instant::now() + bench.arguments.patience();
    let done = doc! { "queue": QUEUE, "status": "Done" };
    loop {
        if let Some(job) = jobs.find_one(done.clone()).await? {
            child.end().await;
            return Ok(job);
        }
        child.assert_alive()?;
        ensure!(
            Instant::now() < deadline,
            "the job that is to be copied did not finish"
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
