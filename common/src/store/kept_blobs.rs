//! Which bytes a document has: its own, those of earlier versions, and those that are to take its place, unless they
//! were removed.

use mongodb::bson::{Bson, Document, doc};

/// An expression over a document as stored: an array of `{ blob_id, size_bytes }`.
pub(crate) fn kept_blobs() -> Document {
    let is_null = |field: &str| doc! { "$eq": [{ "$ifNull": [field, Bson::Null] }, Bson::Null] };
    let own = doc! { "blob_id": "$blob_id", "size_bytes": "$size_bytes" };
    let earlier = doc! { "$filter": {
        "input": { "$ifNull": ["$earlier", []] }, "as": "it", "cond": is_null("$$it.bytes_removed_at"),
    } };
    let earlier = doc! { "$map": {
        "input": earlier, "as": "it",
        "in": { "blob_id": "$$it.blob_id", "size_bytes": "$$it.size_bytes" },
    } };
    let replacement = doc! {
        "blob_id": "$replacement.blob_id", "size_bytes": "$replacement.size_bytes",
    };
    let is_there = doc! { "$and": [
        { "$not": [is_null("$replacement.blob_id")] }, is_null("$replacement.bytes_removed_at"),
    ] };
    doc! { "$concatArrays": [
        { "$cond": [is_null("$bytes_removed_at"), [own], []] },
        earlier,
        { "$cond": [is_there, [replacement], []] },
    ] }
}
