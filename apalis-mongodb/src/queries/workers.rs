//! The documents of running workers.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};

use crate::clock::STEP_MS;
use crate::config::Config;
use crate::deadline::{run_command, within};
use crate::error::{Context, Error};
use crate::model::{field as f, time};

/// A worker not heard of for so many leases is forgotten.
const FORGOTTEN_AFTER_LEASES: u32 = 10;
const MAX_TIME: Duration = Duration::from_secs(10);

/// What a worker's document says of it.
#[derive(Debug)]
pub(crate) struct Alive<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) service: &'a str,
    pub(crate) config: &'a Config,
    /// How many jobs it holds.
    pub(crate) leases: usize,
}

/// Tells the store that `workers` live, in one command.
pub(crate) async fn heartbeat(
    db: &Database,
    collection: &str,
    workers: &[Alive<'_>],
    limit: Duration,
) -> Result<(), Error> {
    if workers.is_empty() {
        return Ok(());
    }
    let updates: Vec<Document> = workers.iter().map(upsert).collect();
    let command = doc! {
        "update": collection,
        "updates": updates,
        "ordered": false,
        "writeConcern": { "w": 1 },
    };
    let reply = run_command(db, limit, "send a heartbeat", command).await?;
    super::reply::check(&reply, "send a heartbeat")
}

fn upsert(worker: &Alive<'_>) -> Document {
    let leases = i64::try_from(worker.leases).unwrap_or(i64::MAX);
    doc! {
        "q": { f::ID: worker.id },
        "u": [{ "$set": {
            "name": { "$literal": worker.name },
            f::QUEUE: &worker.config.queue,
            "service": { "$literal": worker.service },
            f::STARTED_AT: { "$ifNull": [format!("${}", f::STARTED_AT), "$$NOW"] },
            "last_seen": "$$NOW",
            "leases": leases,
            f::EXPIRE_AT: { "$add": ["$$NOW", forgotten_after(worker.config)] },
        } }],
        "upsert": true,
    }
}

/// Lists a worker that sends no heartbeats itself.
pub(crate) async fn announce(db: &Database, config: &Config, id: &str) -> Result<(), Error> {
    let update = doc! { "$set": {
        "name": { "$literal": id },
        f::QUEUE: &config.queue,
        f::STARTED_AT: { "$ifNull": [format!("${}", f::STARTED_AT), "$$NOW"] },
        "last_seen": "$$NOW",
        f::EXPIRE_AT: { "$add": ["$$NOW", forgotten_after(config)] },
    } };
    config
        .collections
        .workers(db)
        .update_one(doc! { f::ID: id }, vec![update])
        .upsert(true)
        .await
        .context("register a worker")?;
    Ok(())
}

/// The ids of the workers of this queue with a heartbeat within the last lease, in order.
pub(crate) async fn live(db: &Database, config: &Config) -> Result<Vec<String>, Error> {
    let since = doc! { "$subtract": ["$$NOW", time::millis(config.lease_duration)] };
    let filter = doc! { f::QUEUE: &config.queue, "$expr": { "$gt": ["$last_seen", since] } };
    let workers = config.collections.workers(db);
    let reading = async move {
        let find = workers.find(filter).projection(doc! { f::ID: 1 });
        let find = find.sort(doc! { f::ID: 1 });
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(config.call_limit(), "list live workers", reading).await?;
    let id = |row: &Document| row.get_str(f::ID).ok().map(str::to_owned);
    Ok(found.iter().filter_map(id).collect())
}

/// Workers whose last heartbeat is ahead of the server's clock, which was set back since: they have
/// sent none from then on. With the server's time, if there are some.
pub(crate) async fn ahead_of_the_clock(
    workers: Collection<Document>,
) -> Result<(Vec<Bson>, Option<DateTime>), Error> {
    let limit = doc! { "$add": ["$$NOW", STEP_MS] };
    let filter = doc! { "$expr": { "$gt": ["$last_seen", limit] } };
    let reading = async move {
        let find = workers
            .find(filter)
            .projection(doc! { f::ID: 1, "now": "$$NOW" });
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(MAX_TIME, "look for workers ahead of the clock", reading).await?;
    let now = found.first().and_then(|row| row.get_datetime("now").ok());
    let ids = found.iter().filter_map(|row| row.get(f::ID).cloned());
    Ok((ids.collect(), now.copied()))
}

fn forgotten_after(config: &Config) -> i64 {
    time::millis(config.lease_duration * FORGOTTEN_AFTER_LEASES)
}

/// Removes a worker that stopped.
pub(crate) async fn forget(workers: &Collection<Document>, id: &str) -> Result<(), Error> {
    let (workers, filter) = (workers.clone(), doc! { f::ID: id });
    let removing = async move { workers.delete_one(filter).await };
    within(MAX_TIME, "remove a worker", removing)
        .await
        .map(drop)
}
