//! A stop with a grace period: what runs may finish, and what does not finish in time is given
//! back to other workers at once, with its attempt not counted.
//!
//! ```text
//! cargo run -p apalis-mongodb --example shutdown [ADDRESS]
//! ```
//!
//! `ADDRESS` is that of a replica set, `mongodb://127.0.0.1:27017/?replicaSet=rs0` unless given.
//! Press Ctrl-C while it works: the short job ends well, the long one is given back after five
//! seconds. Start it again: the long one starts again, still on its first attempt.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::error::BoxDynError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{Config, JobHandle, MongoStorage, NewJob, setup};
use mongodb::Client;

const ADDRESS: &str = "mongodb://127.0.0.1:27017/?replicaSet=rs0";
/// Stay below what your platform grants, such as Kubernetes' thirty seconds.
const GRACE: Duration = Duration::from_secs(5);

async fn work(seconds: u64, job: JobHandle) {
    tracing::info!(attempt = job.attempt(), "{seconds} s of work begin");
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(seconds)) => {
            tracing::info!("{seconds} s of work are done");
        }
        // Not this handler's any more: stop, for another worker may have begun.
        () = job.lost() => tracing::info!("{seconds} s of work are given back"),
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    tracing_subscriber::fmt().init();
    let address = std::env::args().nth(1).unwrap_or(ADDRESS.into());
    let db = Client::with_uri_str(address)
        .await?
        .database("apalis-examples");
    let config = Config::new("work").concurrency(2);
    setup(&db, &config).await?;
    let storage = MongoStorage::new(&db, config);
    for seconds in [3, 600] {
        let once = NewJob::new(seconds).unique_key(seconds.to_string());
        storage.enqueue(once).await?;
    }

    let context = WorkerContext::new("worker");
    let worker = WorkerBuilder::new(&context)
        .backend(storage.clone())
        .concurrency(2)
        .build(work);
    let mut running = tokio::spawn(worker.run());
    tokio::signal::ctrl_c().await?;

    // No new jobs; what waits in the buffer is given back now.
    context.stop()?;
    if let Ok(ended) = tokio::time::timeout(GRACE, &mut running).await {
        return Ok(ended??);
    }
    let released = storage.release_running().await?;
    tracing::info!(released, "the grace period is over");
    Ok(())
}
