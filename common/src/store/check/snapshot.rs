//! [`Snapshot`]: the database at one moment.
//!
//! A transaction that writes nothing, and not a session with snapshot reads: those need a history that servers of
//! busy queues do without (`minSnapshotHistoryWindowInSeconds=0`).

use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use mongodb::ClientSession;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::ReadConcern;
use serde::de::DeserializeOwned;

use crate::store::{Store, StoreError};

/// How long one check may take. All together may take as long as a transaction: a minute, unless the server is told
/// otherwise.
const CHECK_LIMIT: Duration = Duration::from_secs(5 * 60);

/// What is younger than this may be under way.
const SETTLED_AFTER_MILLIS: i64 = 60 * 60 * 1000;

/// How many rows are held in memory at once of those that are read one after the other.
const BATCH_ROWS: u32 = 1000;

const OPERATION: &str = "compare what is stored";

/// The database at one moment: everything that is read through it is of the same cluster time.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) store: Store,
    pub(super) session: ClientSession,
    pub(super) now: DateTime,
}

impl Snapshot {
    /// So much of one kind is told at most; there may be more.
    pub const MOST: usize = 1000;

    /// Ends it. Until then, or for a minute, nothing can be removed that it has read of but documents.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn close(mut self) -> Result<(), StoreError> {
        let ended = self.session.abort_transaction().await;
        ended.map_err(StoreError::database(OPERATION))
    }

    /// What is older has ended, one way or another.
    pub(super) fn settled(&self) -> DateTime {
        settled(self.now)
    }

    /// The rows that `pipeline` makes of `collection`, at most [`Self::MOST`] of them.
    pub(super) async fn rows<T>(
        &mut self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: DeserializeOwned + Send + Sync + Unpin,
    {
        let collection = self.store.database.collection::<Document>(collection);
        let mut cursor = collection
            .aggregate(limited(pipeline))
            .allow_disk_use(true)
            .max_time(CHECK_LIMIT)
            .with_type::<T>()
            .session(&mut self.session)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let rows = cursor.stream(&mut self.session).try_collect().await;
        rows.map_err(StoreError::database(OPERATION))
    }
}

impl Store {
    /// The database at one moment: that of the first read. What is a matter of time is compared with `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn snapshot(&self, now: DateTime) -> Result<Snapshot, StoreError> {
        let session = self.client.start_session().await;
        let mut session = session.map_err(StoreError::database(OPERATION))?;
        session
            .start_transaction()
            .read_concern(ReadConcern::snapshot())
            .await
            .map_err(StoreError::database(OPERATION))?;
        Ok(Snapshot {
            store: self.clone(),
            session,
            now,
        })
    }

    /// The rows that `pipeline` makes of `collection` as it is now, however many there are.
    pub(super) async fn rows_now<T>(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<BoxStream<'static, Result<T, StoreError>>, StoreError>
    where
        T: DeserializeOwned + Send + Sync + Unpin + 'static,
    {
        let collection = self.database.collection::<Document>(collection);
        let rows = collection
            .aggregate(pipeline)
            .allow_disk_use(true)
            .batch_size(BATCH_ROWS)
            .max_time(CHECK_LIMIT)
            .with_type::<T>()
            .await
            .map_err(StoreError::database(OPERATION))?;
        Ok(rows.map_err(StoreError::database(OPERATION)).boxed())
    }

    /// Whether `pipeline` makes any row of `collection` as it is now.
    pub(super) async fn finds(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<bool, StoreError> {
        let collection = self.database.collection::<Document>(collection);
        let mut cursor = collection
            .aggregate(limited(pipeline))
            .max_time(CHECK_LIMIT)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let first = cursor.try_next().await;
        Ok(first.map_err(StoreError::database(OPERATION))?.is_some())
    }
}

/// What is older than this at `now` has ended, one way or another.
pub(super) fn settled(now: DateTime) -> DateTime {
    now.saturating_add_millis(-SETTLED_AFTER_MILLIS)
}

fn limited(mut pipeline: Vec<Document>) -> Vec<Document> {
    let most = i64::try_from(Snapshot::MOST).unwrap_or(i64::MAX);
    pipeline.push(doc! { "$limit": most });
    pipeline
}
