//! The documents of workers.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};

use crate::clock::STEP_MS;
use crate::config::Config;
use crate::deadline::{CALL_LIMIT, run_command, within};
use crate::error::{Context, Error};
use crate::model::{field as f, time};

/// A worker without a heartbeat for so many leases is forgotten.
pub(crate) const FORGOTTEN_AFTER_LEASES: u32 = 10;

/// What a worker's document says of it.
#[derive(Debug)]
pub(crate) struct Alive<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) service: &'a str,
    pub(crate) config: &'a Config,
    /// How many jobs it holds.
    pub(crate) leases: usize,
    /// How many of them a handler has.
    pub(crate) running: usize,
    /// Whether it was told to stop.
    pub(crate) is_draining: bool,
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
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut set = doc! {
        "name": { "$literal": worker.name },
        f::QUEUE: &worker.config.queue,
        "service": { "$literal": worker.service },
        f::STARTED_AT: { "$ifNull": [f::path(f::STARTED_AT), "$$NOW"] },
        f::LAST_SEEN: "$$NOW",
        f::LEASES: number(worker.leases),
        f::RUNNING: number(worker.running),
        f::EXPIRE_AT: { "$add": ["$$NOW", forgotten_after(worker.config)] },
    };
    if worker.is_draining {
        set.insert(f::DRAINING_SINCE, draining_since());
    }
    doc! { "q": { f::ID: worker.id }, "u": [{ "$set": set }], "upsert": true }
}

/// The first time stays.
fn draining_since() -> Document {
    doc! { "$ifNull": [f::path(f::DRAINING_SINCE), "$$NOW"] }
}

/// Says of a worker that it was told to stop, without waiting for its next heartbeat. Of one that is not
/// listed (any more) nothing is said: its document would outlive it.
pub(crate) async fn note_draining(workers: &Collection<Document>, id: &str) -> Result<(), Error> {
    let (workers, filter) = (workers.clone(), doc! { f::ID: id });
    let update = vec![doc! { "$set": { f::DRAINING_SINCE: draining_since() } }];
    let noting = async move { workers.update_one(filter, update).await };
    within(CALL_LIMIT, "note that a worker stops", noting)
        .await
        .map(drop)
}

/// Lists a worker that sends no heartbeats itself.
pub(crate) async fn announce(db: &Database, config: &Config, id: &str) -> Result<(), Error> {
    let update = doc! { "$set": {
        "name": { "$literal": id },
        f::QUEUE: &config.queue,
        f::STARTED_AT: { "$ifNull": [f::path(f::STARTED_AT), "$$NOW"] },
        f::LAST_SEEN: "$$NOW",
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
    let filter =
        doc! { f::QUEUE: &config.queue, "$expr": { "$gt": [f::path(f::LAST_SEEN), since] } };
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

/// The ids of workers that may live although their leases have expired, for somebody who has had no
/// outage for `well_for` and may not notice one that is shorter than `shortest_outage`:
///
/// - those with longer leases than `well_for`, for they may not have had time to renew them;
/// - those with shorter leases than `shortest_outage`, for an outage may have made them expire. These
///   are dead when they have been silent for both together.
pub(crate) async fn that_may_live(
    workers: Collection<Document>,
    well_for: Duration,
    shortest_outage: Duration,
) -> Result<Vec<Bson>, Error> {
    let shortest_outage = time::millis(shortest_outage);
    let silent_at = doc! { "$add": [f::path(f::LAST_SEEN), lease_ms(), shortest_outage] };
    let condition = doc! { "$or": [
        { "$gt": [lease_ms(), time::millis(well_for)] },
        { "$and": [
            { "$lt": [lease_ms(), shortest_outage] },
            { "$gt": [silent_at, "$$NOW"] },
        ] },
    ] };
    let filter = with_lease(condition);
    let reading = async move {
        let find = workers.find(filter).projection(doc! { f::ID: 1 });
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(CALL_LIMIT, "look for workers that may live", reading).await?;
    Ok(found
        .into_iter()
        .filter_map(|mut row| row.remove(f::ID))
        .collect())
}

/// Workers whose last heartbeat is ahead of the server's clock, which was set back since: they have
/// sent none from then on. Not those with longer leases than `well_for`: their next one may be to come.
/// With the server's time, if there are some.
pub(crate) async fn ahead_of_the_clock(
    workers: Collection<Document>,
    well_for: Duration,
) -> Result<(Vec<Bson>, Option<DateTime>), Error> {
    let limit = doc! { "$add": ["$$NOW", STEP_MS] };
    let filter = with_lease(doc! { "$and": [
        { "$gt": [f::path(f::LAST_SEEN), limit] },
        { "$lte": [lease_ms(), time::millis(well_for)] },
    ] });
    let reading = async move {
        let find = workers
            .find(filter)
            .projection(doc! { f::ID: 1, "now": "$$NOW" });
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(CALL_LIMIT, "look for workers ahead of the clock", reading).await?;
    let now = found.first().and_then(|row| row.get_datetime("now").ok());
    let ids = found.iter().filter_map(|row| row.get(f::ID).cloned());
    Ok((ids.collect(), now.copied()))
}

/// Documents of workers that meet `condition`, which may ask for their lease.
fn with_lease(condition: Document) -> Document {
    let date = doc! { "$type": "date" };
    doc! { f::LAST_SEEN: &date, f::EXPIRE_AT: date, "$expr": condition }
}

/// The lease of a worker, from when its document is forgotten.
fn lease_ms() -> Document {
    let forgotten_after = doc! { "$subtract": [f::path(f::EXPIRE_AT), f::path(f::LAST_SEEN)] };
    doc! { "$divide": [forgotten_after, i64::from(FORGOTTEN_AFTER_LEASES)] }
}

fn forgotten_after(config: &Config) -> i64 {
    time::millis(config.lease_duration * FORGOTTEN_AFTER_LEASES)
}

/// Removes a worker that stopped.
pub(crate) async fn forget(workers: &Collection<Document>, id: &str) -> Result<(), Error> {
    let (workers, filter) = (workers.clone(), doc! { f::ID: id });
    let removing = async move { workers.delete_one(filter).await };
    within(CALL_LIMIT, "remove a worker", removing)
        .await
        .map(drop)
}
