//! A schedule that several processes run, and each of its ticks is one job.
//!
//! `CronScheduler::pipe_to` gives every tick a random id, so with it every process enqueues a job
//! of its own. Here the tick's time is the job's idempotency key: who comes second gets the id of
//! the job that exists.
//!
//! ```text
//! cargo run -p apalis-mongodb --example cron [ADDRESS]
//! ```
//!
//! `ADDRESS` is that of a replica set, `mongodb://127.0.0.1:27017/?replicaSet=rs0` unless given.
//! Start it twice: each tick is still reported once. Ctrl-C stops it.

use std::str::FromStr;

use apalis::layers::WorkerBuilderExt;
use apalis_core::error::BoxDynError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_cron::{CronScheduler, Tick};
use apalis_mongodb::{Config, JobHandle, MongoStorage, NewJob, setup};
use cron::Schedule;
use futures_util::TryStreamExt;
use mongodb::Client;

const ADDRESS: &str = "mongodb://127.0.0.1:27017/?replicaSet=rs0";
/// Every other second.
const SCHEDULE: &str = "*/2 * * * * *";

/// Enqueues a job for each tick, unless another process has done so.
async fn enqueue_ticks(storage: MongoStorage<Tick>) -> Result<(), BoxDynError> {
    let mut ticks = CronScheduler::new(Schedule::from_str(SCHEDULE)?).into_stream();
    while let Some(tick) = ticks.try_next().await? {
        let key = tick.get_timestamp().to_string();
        let job = NewJob::new(tick).idempotency_key(key);
        let enqueued = storage.enqueue(job).await?;
        if !enqueued.is_new() {
            tracing::info!("another process has enqueued {enqueued}");
        }
    }
    Ok(())
}

async fn report(tick: Tick, job: JobHandle) {
    let (time, id) = (tick.get_timestamp(), job.id());
    tracing::info!(id, "report of {time}");
}

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    tracing_subscriber::fmt().init();
    let address = std::env::args().nth(1).unwrap_or(ADDRESS.into());
    let db = Client::with_uri_str(address)
        .await?
        .database("apalis-examples");
    let config = Config::new("report").concurrency(1);
    setup(&db, &config).await?;
    let storage = MongoStorage::new(&db, config);

    let worker = WorkerBuilder::new("reporter")
        .backend(storage.clone())
        .concurrency(1)
        .build(report);
    tokio::select! {
        ended = enqueue_ticks(storage) => ended,
        stopped = worker.run_until(tokio::signal::ctrl_c()) => Ok(stopped?),
    }
}
