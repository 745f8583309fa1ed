//! Bytes in a directory or a bucket: their store is asked for each.
//!
//! A store has no moment, and many documents may take longer than MongoDB keeps the history of. So documents are read as
//! they are now, a batch after the other, and one whose bytes are not as expected is looked at again: a job may have
//! marked them as removed meanwhile, which it does before it removes them.

use std::collections::BTreeMap;
use std::io;

use futures_util::future::ready;
use futures_util::{StreamExt, TryStreamExt};
use mongodb::bson::{Document, doc};
use serde::Deserialize;

use super::{difference, is_sealed, with_places};
use crate::blob::sealed_size;
use crate::id::{BlobId, FileId};
use crate::store::check::difference::Difference;
use crate::store::check::snapshot::Snapshot;
use crate::store::kept_blobs::kept_blobs;
use crate::store::{Store, StoreError, collection};

/// How many blobs are asked for at once.
const AT_ONCE: usize = 16;

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: FileId,
    blob_id: BlobId,
    size_bytes: i64,
    is_sealed: bool,
    url: Option<String>,
}

/// Bytes that are not as they should be.
struct Wrong {
    row: Row,
    /// How many there are; none when there is no such blob.
    stored_bytes: Option<u64>,
}

pub(super) async fn find(store: &Store) -> Result<Vec<Difference>, StoreError> {
    let rows = store.rows_now::<Row>(collection::FILES, pipeline()).await?;
    let asking = store.clone();
    let wrong: Vec<Wrong> = rows
        .map_ok(move |row| compare(asking.clone(), row))
        .try_buffered(AT_ONCE)
        .try_filter_map(|wrong| ready(Ok::<_, StoreError>(wrong)))
        .take(Snapshot::MOST)
        .try_collect()
        .await?;
    refuse_empty_stores(store, &wrong).await?;
    Ok(wrong.iter().map(told).collect())
}

async fn compare(store: Store, row: Row) -> Result<Option<Wrong>, StoreError> {
    let stored_bytes = store.stored_blob_bytes(row.blob_id).await?;
    if stored_bytes == Some(row.expected_bytes()) {
        return Ok(None);
    }
    let is_kept = store.finds(collection::FILES, row.if_kept()).await?;
    Ok(is_kept.then_some(Wrong { row, stored_bytes }))
}

/// A store that has lost a document and holds no other one is not the right one: a volume that is not mounted is an empty
/// directory.
async fn refuse_empty_stores(store: &Store, wrong: &[Wrong]) -> Result<(), StoreError> {
    let mut absent = BTreeMap::new();
    for it in wrong.iter().filter(|it| it.stored_bytes.is_none()) {
        absent.entry(it.row.url()).or_insert(it.row.blob_id);
    }
    for (url, blob) in absent {
        if store.is_blob_store_empty(blob).await? {
            let reason = format!(
                "{url} holds no document at all, and should: mount its volume, or restore it from a backup"
            );
            let error = io::Error::new(io::ErrorKind::NotFound, reason);
            return Err(StoreError::bytes("find the bytes of documents")(error));
        }
    }
    Ok(())
}

fn told(wrong: &Wrong) -> Difference {
    let row = &wrong.row;
    let (blob, url) = (row.blob_id, row.url());
    let found = match wrong.stored_bytes {
        None => format!("{blob} is not there, at {url}"),
        Some(stored) => {
            let expected = row.expected_bytes();
            format!("{blob}: {expected} bytes expected, {stored} stored at {url}")
        }
    };
    difference(row.id, found)
}

impl Row {
    /// How many bytes there should be, sealed as they are.
    fn expected_bytes(&self) -> u64 {
        let size_bytes = self.size_bytes.unsigned_abs();
        if self.is_sealed {
            sealed_size(size_bytes)
        } else {
            size_bytes
        }
    }

    fn url(&self) -> &str {
        self.url.as_deref().unwrap_or("no address")
    }

    /// The stages that find the document, if it has these bytes.
    fn if_kept(&self) -> Vec<Document> {
        vec![
            doc! { "$match": { "_id": self.id } },
            doc! { "$project": { "kept": kept_blobs(None) } },
            doc! { "$match": { "kept.blob_id": self.blob_id } },
        ]
    }
}

fn pipeline() -> Vec<Document> {
    let mut stages = with_places();
    stages.extend([
        doc! { "$match": { "place.store": "object" } },
        doc! { "$project": {
            "blob_id": "$kept.blob_id", "size_bytes": "$kept.size_bytes", "is_sealed": is_sealed(),
            "url": { "$first": "$place.url" },
        } },
    ]);
    stages
}
