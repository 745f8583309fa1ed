//! A queue and a worker: typed payloads, a failure that is tried again, a job for later.
//!
//! ```text
//! cargo run -p apalis-mongodb --example basic [ADDRESS]
//! ```
//!
//! `ADDRESS` is that of a replica set, `mongodb://127.0.0.1:27017/?replicaSet=rs0` unless given.
//! Ctrl-C stops the worker.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::error::BoxDynError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_mongodb::{Config, JobHandle, MongoStorage, NewJob, RetryStrategy, setup};
use mongodb::Client;
use serde::{Deserialize, Serialize};

const ADDRESS: &str = "mongodb://127.0.0.1:27017/?replicaSet=rs0";

#[derive(Debug, Serialize, Deserialize)]
struct SendEmail {
    to: String,
}

async fn send_email(email: SendEmail, job: JobHandle) -> Result<(), BoxDynError> {
    if email.to == "busy@example.com" && job.attempt() == 1 {
        return Err("421 4.3.2 try again later".into());
    }
    tracing::info!(attempt = job.attempt(), "sent to {}", email.to);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    tracing_subscriber::fmt().init();
    let address = std::env::args().nth(1).unwrap_or(ADDRESS.into());
    let db = Client::with_uri_str(address)
        .await?
        .database("apalis-examples");
    let config = Config::new("send-email")
        .concurrency(4)
        .retry(RetryStrategy::Fixed(Duration::from_secs(1)));
    setup(&db, &config).await?;

    let storage = MongoStorage::new(&db, config);
    let to = |name: &str| SendEmail {
        to: format!("{name}@example.com"),
    };
    storage.enqueue(to("ready")).await?;
    storage.enqueue(to("busy")).await?;
    let later = NewJob::new(to("later")).run_in(Duration::from_secs(3));
    storage.enqueue(later).await?;

    WorkerBuilder::new("mailer")
        .backend(storage)
        .concurrency(4)
        .build(send_email)
        .run_until(tokio::signal::ctrl_c())
        .await?;
    Ok(())
}
