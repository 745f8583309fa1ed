//! Lists queues.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, RawDocument, RawDocumentBuf, doc};
use serde::Serialize;

use super::{MAX_TIME, Operator, Parking, QueueLimits};
use crate::error::{Context, Error};
use crate::indexes::since_epoch;
use crate::model::lenient::Fields;
use crate::model::{Status, field as f, time};

/// What an operator sees of a queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QueueRecord {
    /// Its name.
    pub name: String,
    /// Whether it is paused: no worker claims its jobs.
    pub paused: bool,
    /// Since when.
    #[serde(serialize_with = "time::optional")]
    pub paused_at: Option<DateTime>,
    /// Its limits.
    pub limits: QueueLimits,
    /// Why and since when it is parked, if it is.
    pub parked: Option<Parking>,
    /// What is wrong with its settings, if they cannot be read. Workers take them for unset, as
    /// here; pausing, resuming and limiting the queue writes them anew.
    pub malformed: Option<String>,
}

impl QueueRecord {
    /// A queue called `name` for which nothing is set.
    #[must_use]
    pub fn unset(name: String) -> Self {
        Self {
            name,
            paused: false,
            paused_at: None,
            limits: QueueLimits::default(),
            parked: None,
            malformed: None,
        }
    }

    fn from_raw(raw: &RawDocument) -> Self {
        let fields = Fields(raw);
        let mut faults = Vec::new();
        let mut read = |field: &str, is_right: bool| {
            if !is_right && raw.get(field).is_ok_and(|value| value.is_some()) {
                faults.push(format!("{field} cannot be read"));
            }
        };
        let paused = fields.bool("paused");
        read("paused", paused.is_some());
        let paused_at = fields.date("paused_at");
        read("paused_at", paused_at.is_some());
        let limits = fields.value("limits");
        let limits = limits.as_ref().and_then(QueueLimits::from_stored);
        read("limits", limits.is_some());
        let parked = fields.value("parked");
        let is_unset = parked.as_ref().is_none_or(|parked| *parked == Bson::Null);
        let parked = parked.as_ref().and_then(Parking::from_stored);
        read("parked", is_unset || parked.is_some());
        read(f::ID, fields.text(f::ID).is_some());
        Self {
            name: fields.id(),
            paused: paused.unwrap_or(false),
            paused_at,
            limits: limits.unwrap_or_default(),
            parked,
            malformed: (!faults.is_empty()).then(|| faults.join("; ")),
        }
    }
}

impl Operator {
    /// Every queue that has jobs, a worker or a setting.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn list_queues(&self) -> Result<Vec<QueueRecord>, Error> {
        let stored = self.queue_settings().await?;
        let mut queues: BTreeMap<String, QueueRecord> = stored
            .iter()
            .map(|raw| QueueRecord::from_raw(raw))
            .map(|queue| (queue.name.clone(), queue))
            .collect();
        for name in self.names_with_jobs_or_workers().await? {
            let unset = || QueueRecord::unset(name.clone());
            queues.entry(name.clone()).or_insert_with(unset);
        }
        Ok(queues.into_values().collect())
    }

    async fn queue_settings(&self) -> Result<Vec<RawDocumentBuf>, Error> {
        const OPERATION: &str = "read queues";
        let queues = self.collections.raw_queues(&self.db);
        let fields = doc! { "paused": 1, "paused_at": 1, "limits": 1, "parked": 1 };
        let find = queues.find(doc! {}).projection(fields).max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        found.try_collect().await.context(OPERATION)
    }

    /// The names that a queue can be asked for by.
    pub(super) async fn queue_names(&self) -> Result<BTreeSet<String>, Error> {
        let mut names = self.names_with_jobs_or_workers().await?;
        let stored = self.queue_settings().await?;
        names.extend(stored.iter().filter_map(|raw| Fields(raw).text(f::ID)));
        Ok(names)
    }

    /// `distinct` walks over one key per queue of each index, not over the jobs.
    async fn names_with_jobs_or_workers(&self) -> Result<BTreeSet<String>, Error> {
        const OPERATION: &str = "list queues";
        let jobs = self.collections.jobs(&self.db);
        let waiting = doc! { f::STATUS: Status::Pending };
        let running = doc! { f::STATUS: Status::Running };
        let finished = doc! { f::FINISHED_AT: since_epoch() };
        let mut found = Vec::new();
        for filter in [waiting, running, finished] {
            let names = jobs.distinct(f::QUEUE, filter).max_time(MAX_TIME).await;
            found.extend(names.context(OPERATION)?);
        }
        let workers = self.collections.workers(&self.db);
        let workers = workers.distinct(f::QUEUE, Document::new());
        found.extend(workers.max_time(MAX_TIME).await.context(OPERATION)?);
        let name = |value| match value {
            Bson::String(name) => Some(name),
            _ => None,
        };
        Ok(found.into_iter().filter_map(name).collect())
    }
}
