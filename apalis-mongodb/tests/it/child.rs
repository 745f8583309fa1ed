//! The worker process that other tests start, freeze and kill: this test binary, started again
//! with a variable that says what to do.

use std::time::Duration;

use apalis::layers::WorkerBuilderExt;
use apalis_core::error::BoxDynError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_mongodb::{Config, JobHandle, MongoStorage};
use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};

pub(crate) const VARIABLE: &str = "APALIS_MONGODB_CHILD";
pub(crate) const EFFECTS: &str = "effects";
pub(crate) const RUNS: &str = "runs";

/// What both sides of the test agree on.
pub(crate) fn config(lease: Duration) -> Config {
    Config::new("test")
        .lease_duration(lease)
        .retry(apalis_mongodb::RetryStrategy::Fixed(Duration::from_millis(
            50,
        )))
        .max_crashes(1000)
        .batch_size(20)
        .max_in_flight(20)
}

/// Does nothing when the whole suite runs; the variable is `uri lease_ms`.
#[test]
fn child_process() {
    let Ok(orders) = std::env::var(VARIABLE) else {
        return;
    };
    let (uri, lease) = orders.split_once(' ').expect("uri and lease");
    let lease = Duration::from_millis(lease.parse().expect("milliseconds"));
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(work(uri, lease));
}

async fn work(uri: &str, lease: Duration) {
    let client = Client::with_uri_str(uri).await.expect("a client");
    let db = client
        .default_database()
        .expect("a database in the address");
    let storage = MongoStorage::<i64>::new(&db, config(lease));
    WorkerBuilder::new("same-name")
        .backend(storage)
        .data(db)
        .concurrency(4)
        .build(handle)
        .run()
        .await
        .expect("the worker lives");
}

/// A positive payload is how long the job takes; its effect and its completion are one.
async fn handle(
    millis: i64,
    job: JobHandle,
    db: apalis_core::task::data::Data<Database>,
) -> Result<(), BoxDynError> {
    let run = doc! { "job": job.id(), "pid": i64::from(std::process::id()) };
    db.collection::<Document>(RUNS).insert_one(run).await?;
    tokio::time::sleep(Duration::from_millis(millis.unsigned_abs())).await;
    let mut session = db.client().start_session().await?;
    session.start_transaction().await?;
    let effect = doc! { "job": job.id(), "pid": i64::from(std::process::id()) };
    db.collection::<Document>(EFFECTS)
        .insert_one(effect)
        .session(&mut session)
        .await?;
    job.complete_in(&mut session).await?;
    session.commit_transaction().await?;
    Ok(())
}
