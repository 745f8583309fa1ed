//! Queues: which there are, pausing them, limiting them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::MAX_TIME;
use crate::compat;
use crate::config::{Collections, validate_queue_name};
use crate::error::{Context, Error};
use crate::model::{field as f, time};
use crate::server::Server;

/// Limits of a queue over all its workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueLimits {
    /// At most so many jobs run at once. Counting them takes a transaction, so this needs a
    /// replica set.
    pub max_running: Option<u32>,
    /// At most so many jobs start …
    pub rate: Option<u32>,
    /// … in each period of this length; one second unless set.
    #[serde(with = "crate::model::millis")]
    pub rate_period: Duration,
}

impl QueueLimits {
    pub(crate) fn period(&self) -> Duration {
        if self.rate_period.is_zero() {
            Duration::from_secs(1)
        } else {
            self.rate_period
        }
    }

    /// How long one start takes to be granted.
    pub(crate) fn pace(&self) -> Option<Duration> {
        self.rate.map(|rate| self.period() / rate.max(1))
    }
}

/// A queue's standing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QueueRecord {
    /// Its name.
    pub name: String,
    /// Whether its workers leave its jobs alone.
    pub paused: bool,
    /// Since when.
    #[serde(serialize_with = "time::optional")]
    pub paused_at: Option<DateTime>,
    /// Its limits.
    pub limits: QueueLimits,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct QueueDocument {
    #[serde(rename = "_id")]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) paused: bool,
    #[serde(default)]
    pub(crate) paused_at: Option<DateTime>,
    #[serde(default)]
    pub(crate) limits: Option<QueueLimits>,
}

/// Keeps workers from taking jobs of `queue`; those they hold are finished. Workers notice
/// within two seconds, at once with a change stream.
///
/// # Errors
///
/// When the name is invalid or the database fails.
pub async fn pause_queue(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<(), Error> {
    let pause = doc! { "$set": { "paused": true }, "$currentDate": { "paused_at": true } };
    change(db, collections, queue, pause, "pause a queue").await
}

/// Lets workers take jobs of `queue` again.
///
/// # Errors
///
/// When the name is invalid or the database fails.
pub async fn resume_queue(
    db: &Database,
    collections: &Collections,
    queue: &str,
) -> Result<(), Error> {
    let resume = doc! { "$set": { "paused": false }, "$unset": { "paused_at": "" } };
    change(db, collections, queue, resume, "resume a queue").await
}

/// Limits `queue` over all its workers.
///
/// # Errors
///
/// When the name is invalid or the database fails. [`Error::NotReplicaSet`] for
/// [`QueueLimits::max_running`] on a standalone server: no worker could claim under it there.
pub async fn set_queue_limits(
    db: &Database,
    collections: &Collections,
    queue: &str,
    limits: QueueLimits,
) -> Result<(), Error> {
    if limits.max_running.is_some() && !Server::ask(db).await?.is_replicated() {
        return Err(Error::NotReplicaSet);
    }
    let limits = compat::to_bson(&limits).map_err(|e| Error::Codec(Box::new(e)))?;
    let update = doc! { "$set": { "limits": limits }, "$unset": { "bucket": "" } };
    change(db, collections, queue, update, "limit a queue").await
}

async fn change(
    db: &Database,
    collections: &Collections,
    queue: &str,
    update: Document,
    operation: &'static str,
) -> Result<(), Error> {
    validate_queue_name(queue)?;
    collections
        .queues(db)
        .update_one(doc! { f::ID: queue }, update)
        .upsert(true)
        .write_concern(mongodb::options::WriteConcern::majority())
        .await
        .context(operation)?;
    Ok(())
}

/// Every queue that has jobs, a worker or a setting.
///
/// # Errors
///
/// When the database fails.
pub async fn list_queues(
    db: &Database,
    collections: &Collections,
) -> Result<Vec<QueueRecord>, Error> {
    let mut stored: BTreeMap<String, QueueDocument> = read_settings(db, collections).await?;
    let names = names_with(db, collections, stored.keys().cloned().collect()).await?;
    Ok(names
        .into_iter()
        .map(|name| {
            let settings = stored.remove(&name).unwrap_or_default();
            QueueRecord {
                name,
                paused: settings.paused,
                paused_at: settings.paused_at,
                limits: settings.limits.unwrap_or_default(),
            }
        })
        .collect())
}

async fn read_settings(
    db: &Database,
    collections: &Collections,
) -> Result<BTreeMap<String, QueueDocument>, Error> {
    let documents: Vec<Document> = collections
        .queues(db)
        .find(doc! {})
        .max_time(MAX_TIME)
        .await
        .context("read queues")?
        .try_collect()
        .await
        .context("read queues")?;
    let mut settings = BTreeMap::new();
    for document in documents {
        let queue: QueueDocument =
            compat::from_document(document).map_err(|e| Error::Codec(Box::new(e)))?;
        settings.insert(queue.name.clone(), queue);
    }
    Ok(settings)
}

pub(super) async fn names(db: &Database, collections: &Collections) -> Result<Vec<String>, Error> {
    let settings = read_settings(db, collections).await?;
    names_with(db, collections, settings.into_keys().collect()).await
}

/// `distinct` walks over one key per queue of each index, not over the jobs.
async fn names_with(
    db: &Database,
    collections: &Collections,
    mut names: BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let jobs = collections.jobs(db);
    let live = doc! { f::STATUS: crate::model::Status::Pending };
    let running = doc! { f::STATUS: crate::model::Status::Running };
    let finished = doc! { f::FINISHED_AT: crate::indexes::since_epoch() };
    for filter in [live, running, finished] {
        let found = jobs
            .distinct(f::QUEUE, filter)
            .max_time(MAX_TIME)
            .await
            .context("list queues")?;
        names.extend(found.into_iter().filter_map(|name| match name {
            mongodb::bson::Bson::String(name) => Some(name),
            _ => None,
        }));
    }
    let workers = collections
        .workers(db)
        .distinct(f::QUEUE, doc! {})
        .await
        .context("list queues")?;
    names.extend(
        workers
            .into_iter()
            .filter_map(|name| name.as_str().map(str::to_owned)),
    );
    Ok(names.into_iter().collect())
}
