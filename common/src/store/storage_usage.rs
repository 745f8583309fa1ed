//! What documents take, by person and together: one row each, changed by single updates that are never part
//! of a transaction, so that uploads at the same time do not end each other's transactions.
//!
//! A row has what documents take and, by name, what each upload under way has reserved. So every change can
//! be made twice without effect, and whether something fits is decided where it is written down.

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;

use super::{OPERATION_LIMIT, Store, StoreError};
use crate::id::BlobId;
use crate::storage::{Quota, StorageUsage, UsageOf, signed};

/// What came of the wish for room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Whether the room is reserved. If not, what was reserved before is.
    pub is_held: bool,
    /// The row, with it or without it.
    pub usage: StorageUsage,
}

impl Store {
    /// What documents take, of one person or of everybody.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn storage_usage(&self, of: UsageOf) -> Result<StorageUsage, StoreError> {
        let found = self
            .collections
            .storage_usage
            .find_one(doc! { "_id": of.id() })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("read the usage of storage"))?;
        Ok(found.unwrap_or_else(|| StorageUsage::none(of)))
    }

    /// The persons whose documents take most, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn largest_storage_usages(
        &self,
        limit: i64,
    ) -> Result<Vec<StorageUsage>, StoreError> {
        self.collections
            .storage_usage
            .find(doc! { "_id": { "$ne": UsageOf::Everybody.id() } })
            .sort(doc! { "used_bytes": -1, "_id": 1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list the usage of storage"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list the usage of storage"))
    }

    /// Reserves `bytes` in all for `upload` in one row, in place of what it had, if `quota` has room for it
    /// beside everything else.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn hold_storage(
        &self,
        of: UsageOf,
        upload: BlobId,
        bytes: u64,
        quota: Quota,
    ) -> Result<Hold, StoreError> {
        let usage = self
            .collections
            .storage_usage
            .find_one_and_update(doc! { "_id": of.id() }, hold(upload, bytes, quota))
            .upsert(true)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("reserve storage"))?
            .unwrap_or_else(|| StorageUsage::none(of));
        let is_held = usage.held_for(upload) == Some(bytes);
        Ok(Hold { is_held, usage })
    }

    /// Ends the hold of `upload` in one row, and counts `document`, the size of what became of it. Without a
    /// hold nothing changes.
    pub(super) async fn release_storage(
        &self,
        of: UsageOf,
        upload: BlobId,
        document: Option<i64>,
    ) -> Result<(), StoreError> {
        let mut update = doc! { "$pull": { "held": { "upload": upload } } };
        if let Some(size_bytes) = document {
            update.insert(
                "$inc",
                doc! { "used_bytes": size_bytes, "used_files": 1_i64 },
            );
        }
        self.collections
            .storage_usage
            .update_one(doc! { "_id": of.id(), "held.upload": upload }, update)
            .await
            .map(drop)
            .map_err(StoreError::database("release storage"))
    }
}

/// The stages that reserve `bytes` for `upload`, or change nothing. `$expr` in a filter cannot be combined with
/// an upsert, so the condition is part of the update.
fn hold(upload: BlobId, bytes: u64, quota: Quota) -> Vec<Document> {
    let (upload, bytes) = (Bson::from(upload), signed(bytes));
    let others = doc! { "$filter": {
        "input": "$held", "as": "it", "cond": { "$ne": ["$$it.upload", upload.clone()] },
    } };
    let taken =
        doc! { "$sum": { "$map": { "input": others.clone(), "as": "it", "in": "$$it.bytes" } } };
    let mut fits = Vec::new();
    if let Some(most) = quota.bytes {
        fits.push(doc! { "$lte": [{ "$add": ["$used_bytes", taken, bytes] }, signed(most)] });
    }
    if let Some(most) = quota.files {
        let files = doc! { "$add": ["$used_files", { "$size": others.clone() }, 1_i64] };
        fits.push(doc! { "$lte": [files, signed(most)] });
    }
    let own = doc! { "upload": upload, "bytes": bytes };
    let with_own = doc! { "$concatArrays": [others, [own]] };
    vec![
        doc! { "$set": {
            "used_bytes": { "$ifNull": ["$used_bytes", 0_i64] },
            "used_files": { "$ifNull": ["$used_files", 0_i64] },
            "held": { "$ifNull": ["$held", []] },
            "recounts": { "$ifNull": ["$recounts", 0_i64] },
        } },
        doc! { "$set": { "held": { "$cond": [{ "$and": fits }, with_own, "$held"] } } },
    ]
}
