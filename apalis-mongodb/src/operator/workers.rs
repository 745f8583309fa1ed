//! Lists running workers.

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::MAX_TIME;
use crate::compat;
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::model::{field as f, time};

/// A worker that sent a heartbeat lately.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkerRecord {
    /// `name@instance`; every start has an instance of its own.
    #[serde(rename(deserialize = "_id"))]
    pub id: String,
    /// The name given to its builder.
    pub name: String,
    /// The queue it takes jobs from.
    pub queue: String,
    /// Its layers and handler, as apalis names them.
    #[serde(default)]
    pub service: String,
    /// When it started.
    #[serde(serialize_with = "time::required")]
    pub started_at: DateTime,
    /// Its last heartbeat.
    #[serde(serialize_with = "time::required")]
    pub last_seen: DateTime,
    /// Jobs it holds.
    #[serde(default)]
    pub leases: i64,
}

/// The running workers of every queue, or of the one asked for.
///
/// # Errors
///
/// When the database fails.
pub async fn list_workers(
    db: &Database,
    collections: &Collections,
    queue: Option<&str>,
) -> Result<Vec<WorkerRecord>, Error> {
    let filter = queue.map_or_else(Document::new, |queue| doc! { f::QUEUE: queue });
    let documents: Vec<Document> = collections
        .workers(db)
        .find(filter)
        .sort(doc! { f::ID: 1 })
        .max_time(MAX_TIME)
        .await
        .context("list workers")?
        .try_collect()
        .await
        .context("list workers")?;
    documents
        .into_iter()
        .map(|document| compat::from_document(document).map_err(|e| Error::Codec(Box::new(e))))
        .collect()
}
