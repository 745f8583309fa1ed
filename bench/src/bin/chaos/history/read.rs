//! Reads what the workers and the store have written down.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Document, doc};
use serde::de::DeserializeOwned;

use super::{History, Line, ProcessClock};
use crate::job::{EFFECTS, PROCESSES, STARTS};

/// Where the crate keeps its jobs unless told otherwise.
const JOBS: &str = "apalis_jobs";

/// The pause before a read that failed is tried again: the server may have just come back.
const PAUSE: Duration = Duration::from_millis(200);

/// How often a read is tried.
const TRIES: usize = 50;

/// Adds to `history` what the database has.
pub(crate) async fn read(database: &Database, history: &mut History) -> anyhow::Result<()> {
    history.jobs = all(database, JOBS).await?;
    history.starts = all(database, STARTS).await?;
    history.starts.sort_by_key(Line::millis);
    history.effects = all(database, EFFECTS).await?;
    history.processes = all::<ProcessClock>(database, PROCESSES).await?;
    Ok(())
}

/// How many jobs are in a state that they do not leave by themselves.
pub(crate) async fn count_final(database: &Database) -> anyhow::Result<u64> {
    let finals = doc! { "status": { "$in": ["Done", "Failed", "Killed"] } };
    count(database, JOBS, finals).await
}

/// How many of these worker processes have reached the server.
pub(crate) async fn count_processes(
    database: &Database,
    workers: &[String],
) -> anyhow::Result<u64> {
    let these = doc! { "worker": { "$in": workers } };
    count(database, PROCESSES, these).await
}

/// Whoever asks may be dropped meanwhile, which a call of the driver must not be.
async fn count(database: &Database, collection: &str, filter: Document) -> anyhow::Result<u64> {
    let collection = database.collection::<Document>(collection);
    let counting = tokio::spawn(async move { collection.count_documents(filter).await });
    Ok(counting.await??)
}

async fn all<T: DeserializeOwned + Send + Sync + Unpin + 'static>(
    database: &Database,
    collection: &str,
) -> anyhow::Result<Vec<T>> {
    let mut tries = 0;
    loop {
        let found = database
            .collection::<Document>(collection)
            .find(doc! {})
            .await;
        let read = match found {
            Ok(cursor) => cursor.try_collect::<Vec<_>>().await,
            Err(error) => Err(error),
        };
        tries += 1;
        match read {
            Ok(documents) => {
                let documents = documents.into_iter();
                let decoded = documents.map(mongodb::bson::deserialize_from_document);
                return Ok(decoded.collect::<Result<_, _>>()?);
            }
            Err(error) if tries == TRIES => return Err(error.into()),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
