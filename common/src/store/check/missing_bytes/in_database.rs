//! Bytes in the database: how many are recorded, and how many chunks there are, at the moment of the snapshot.

use mongodb::bson::{Document, doc};
use serde::Deserialize;

use super::{difference, is_sealed, with_places};
use crate::blob::{SEGMENT_BYTES, TAG_BYTES};
use crate::id::{BlobId, FileId};
use crate::store::check::difference::Difference;
use crate::store::check::snapshot::Snapshot;
use crate::store::{StoreError, collection};

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: FileId,
    blob_id: BlobId,
    /// How many bytes there should be, sealed as they are.
    expected: i64,
    length: Option<i64>,
    chunks: i64,
}

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let rows: Vec<Row> = snapshot.rows(collection::FILES, pipeline()).await?;
    Ok(rows.iter().map(told).collect())
}

fn told(row: &Row) -> Difference {
    let (blob, expected, chunks) = (row.blob_id, row.expected, row.chunks);
    let found = match row.length {
        None => format!("{blob} is not there; {chunks} chunks of it are"),
        Some(length) => {
            format!("{blob}: {expected} bytes expected, {length} recorded, {chunks} chunks")
        }
    };
    difference(row.id, found)
}

/// The number of chunks is read from their index, not from the bytes.
fn pipeline() -> Vec<Document> {
    let blobs = format!("{}.files", collection::BLOBS);
    let chunks = format!("{}.chunks", collection::BLOBS);
    let count = doc! { "$ifNull": [{ "$first": "$chunks.count" }, 0] };
    let length = doc! { "$toLong": { "$first": "$blob.length" } };
    let full = doc! { "$ceil": { "$divide": ["$length", { "$first": "$blob.chunkSize" }] } };
    let expected =
        doc! { "$cond": [is_sealed(), sealed_size_of("$kept.size_bytes"), "$kept.size_bytes"] };
    let mut stages = with_places();
    stages.extend([
        doc! { "$match": { "place.store": { "$ne": "object" } } },
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
        doc! { "$set": { "length": length, "chunks": { "$toLong": count }, "expected": expected } },
        doc! { "$match": { "$expr": { "$or": [
            { "$ne": ["$length", "$expected"] },
            { "$ne": ["$chunks", full] },
        ] } } },
        doc! { "$project": {
            "blob_id": "$kept.blob_id", "expected": 1, "length": 1, "chunks": 1,
        } },
    ]);
    stages
}

/// [`sealed_size`](crate::blob::sealed_size) of the field `size_bytes`, as an expression.
fn sealed_size_of(size_bytes: &str) -> Document {
    let (segment, tag) = (SEGMENT_BYTES.cast_signed(), TAG_BYTES.cast_signed());
    let segments = doc! { "$ceil": { "$divide": [size_bytes, segment] } };
    let tags = doc! { "$multiply": [{ "$max": [1, segments] }, tag] };
    doc! { "$toLong": { "$add": [size_bytes, tags] } }
}
