//! Which bytes a document has: its own, those of earlier versions, and those that are to take its place, unless they
//! were removed.

use mongodb::bson::{Bson, DateTime, Document, doc};

/// An expression over a document as stored: an array of `{ blob_id, size_bytes }`. Bytes that were marked as removed
/// after `going_since` are among them: whoever marked them may just be deleting them.
pub(super) fn kept_blobs(going_since: Option<DateTime>) -> Document {
    let is_null = |field: &str| doc! { "$eq": [{ "$ifNull": [field, Bson::Null] }, Bson::Null] };
    let is_kept = |removed_at: &str| match going_since {
        Some(since) => doc! { "$or": [is_null(removed_at), { "$gt": [removed_at, since] }] },
        None => is_null(removed_at),
    };
    let own = doc! { "blob_id": "$blob_id", "size_bytes": "$size_bytes" };
    let earlier = doc! { "$filter": {
        "input": { "$ifNull": ["$earlier", []] }, "as": "it", "cond": is_kept("$$it.bytes_removed_at"),
    } };
    let earlier = doc! { "$map": {
        "input": earlier, "as": "it",
        "in": { "blob_id": "$$it.blob_id", "size_bytes": "$$it.size_bytes" },
    } };
    let replacement = doc! {
        "blob_id": "$replacement.blob_id", "size_bytes": "$replacement.size_bytes",
    };
    let is_there = doc! { "$and": [
        { "$not": [is_null("$replacement.blob_id")] }, is_kept("$replacement.bytes_removed_at"),
    ] };
    doc! { "$concatArrays": [
        { "$cond": [is_kept("$bytes_removed_at"), [own], []] },
        earlier,
        { "$cond": [is_there, [replacement], []] },
    ] }
}
