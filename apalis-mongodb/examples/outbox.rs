//! Nothing is lost between the database and the queue, for they are one database.
//!
//! An order and its job are enqueued in one transaction: both exist, or neither. The handler's
//! effect and the job's completion are one transaction, too: each order is counted exactly once,
//! whenever a process may die.
//!
//! ```text
//! cargo run -p apalis-mongodb --example outbox [ADDRESS]
//! ```
//!
//! `ADDRESS` is that of a replica set, `mongodb://127.0.0.1:27017/?replicaSet=rs0` unless given.
//! It ends by itself.

use apalis::layers::WorkerBuilderExt;
use apalis_core::error::BoxDynError;
use apalis_core::task::data::Data;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_mongodb::{Config, JobHandle, MongoStorage, NewJob, setup};
use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};

const ADDRESS: &str = "mongodb://127.0.0.1:27017/?replicaSet=rs0";

/// Writes the order and enqueues what is to be done about it; `paid` decides between commit and
/// abort.
async fn place_order(
    db: &Database,
    storage: &MongoStorage<String>,
    order: &str,
    paid: bool,
) -> Result<(), BoxDynError> {
    let mut session = db.client().start_session().await?;
    session.start_transaction().await?;
    db.collection("orders")
        .insert_one(doc! { "order": order })
        .session(&mut session)
        .await?;
    let job = NewJob::new(order.to_owned()).idempotency_key(order);
    storage.with_session(&mut session).push(job).await?;
    if paid {
        session.commit_transaction().await?;
    } else {
        session.abort_transaction().await?;
    }
    tracing::info!(order, paid, "order");
    Ok(())
}

async fn ship(
    order: String,
    job: JobHandle,
    db: Data<Database>,
    worker: WorkerContext,
) -> Result<(), BoxDynError> {
    let mut session = db.client().start_session().await?;
    session.start_transaction().await?;
    db.collection::<Document>("totals")
        .update_one(doc! { "_id": "shipped" }, doc! { "$inc": { "orders": 1 } })
        .upsert(true)
        .session(&mut session)
        .await?;
    job.complete_in(&mut session).await?;
    session.commit_transaction().await?;
    tracing::info!(order, "shipped");
    worker.stop()?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), BoxDynError> {
    tracing_subscriber::fmt().init();
    let address = std::env::args().nth(1).unwrap_or(ADDRESS.into());
    let db = Client::with_uri_str(address)
        .await?
        .database("apalis-examples");
    let config = Config::new("ship-order").concurrency(1);
    setup(&db, &config).await?;
    let storage = MongoStorage::new(&db, config);

    place_order(&db, &storage, "never-paid", false).await?;
    let paid = format!("paid-{}", mongodb::bson::oid::ObjectId::new());
    place_order(&db, &storage, &paid, true).await?;

    WorkerBuilder::new("shipping")
        .backend(storage)
        .data(db.clone())
        .concurrency(1)
        .build(ship)
        .run()
        .await?;

    let totals = db.collection::<Document>("totals");
    let shipped = totals.find_one(doc! { "_id": "shipped" }).await?;
    tracing::info!(?shipped, "total");
    Ok(())
}
