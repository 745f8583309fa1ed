//! Documents whose bytes are not all there.

use mongodb::bson::{Document, doc};
use serde::Deserialize;

use super::difference::{Check, Difference, Repair};
use super::snapshot::Snapshot;
use crate::id::{BlobId, FileId};
use crate::store::kept_blobs::kept_blobs;
use crate::store::{StoreError, collection};

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: FileId,
    blob_id: BlobId,
    size_bytes: i64,
    length: Option<i64>,
    chunks: i64,
}

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let rows: Vec<Row> = snapshot.rows(collection::FILES, pipeline()).await?;
    Ok(rows.into_iter().map(difference).collect())
}

fn difference(row: Row) -> Difference {
    let (blob, size, chunks) = (row.blob_id, row.size_bytes, row.chunks);
    let found = match row.length {
        None => format!("{blob} is not there; {chunks} chunks of it are"),
        Some(length) => {
            format!("{blob}: {size} bytes expected, {length} recorded, {chunks} chunks")
        }
    };
    Difference {
        check: Check::MissingBytes,
        id: row.id.to_string(),
        found,
        repair: Repair::Nothing,
    }
}

/// The number of chunks is read from their index, not from the bytes.
fn pipeline() -> Vec<Document> {
    let blobs = format!("{}.files", collection::BLOBS);
    let chunks = format!("{}.chunks", collection::BLOBS);
    let count = doc! { "$ifNull": [{ "$first": "$chunks.count" }, 0] };
    let length = doc! { "$toLong": { "$first": "$blob.length" } };
    let full = doc! { "$ceil": { "$divide": ["$length", { "$first": "$blob.chunkSize" }] } };
    vec![
        doc! { "$project": { "kept": kept_blobs(None) } },
        doc! { "$unwind": "$kept" },
        doc! { "$lookup": {
            "from": blobs, "localField": "kept.blob_id", "foreignField": "_id", "as": "blob",
        } },
        doc! { "$lookup": {
            "from": chunks, "localField": "kept.blob_id", "foreignField": "files_id",
            "pipeline": [
                { "$project": { "_id": 0, "n": 1 } },
                { "$group": { "_id": null, "count": { "$sum": 1 } } },
            ],
            "as": "chunks",
        } },
        doc! { "$set": { "length": length, "chunks": { "$toLong": count } } },
        doc! { "$match": { "$expr": { "$or": [
            { "$ne": ["$length", "$kept.size_bytes"] },
            { "$ne": ["$chunks", full] },
        ] } } },
        doc! { "$project": {
            "blob_id": "$kept.blob_id", "size_bytes": "$kept.size_bytes", "length": 1, "chunks": 1,
        } },
    ]
}
