//! A queue with many finished jobs.

use std::time::Duration;

use anyhow::{Context, ensure};
use apalis_mongodb::Collections;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, WriteConcern};
use mongodb::{Client, Collection};
use tokio::time::Instant;

use super::Bench;
use crate::candidate::{Candidate, QUEUE};
use crate::child_task::{EnqueueMode, Task};

/// Finished jobs that are inserted at once.
const INSERTED_AT_ONCE: u32 = 5_000;

/// The pause between two looks whether the first one has finished.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Makes one finished job by finishing it, and copies it under new ids.
pub(super) async fn fill(bench: &Bench<'_>, uri: &str) -> anyhow::Result<()> {
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
    let worker = Candidate::ApalisMongodb;
    bench.push_at(worker, uri, EnqueueMode::OneByOne, 1).await?;
    let gate = bench.gate()?;
    gate.open()?;
    let begin = gate.path().to_path_buf();
    let child = bench.child_at(worker, uri, &bench.arguments.settings, Task::Work { begin })?;
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
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
