//! Wrapping data keys anew: rows change, and no bytes do.

use futures_util::TryStreamExt;
use mongodb::bson::doc;
use serde::Deserialize;

use super::place::BlobPlace;
use crate::blob::WrappedKey;
use crate::id::BlobId;
use crate::store::{OPERATION_LIMIT, Store, StoreError};

/// How many blobs are sealed under one key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BlobKeyUse {
    /// The key; none are those in a place of their own that are not sealed.
    #[serde(rename = "_id")]
    pub kid: Option<String>,
    /// How many.
    pub blobs: i64,
}

impl Store {
    /// How many blobs are sealed under each key, by kid.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_blobs_by_key(&self) -> Result<Vec<BlobKeyUse>, StoreError> {
        let count = doc! { "_id": "$sealed.kid", "blobs": { "$sum": 1_i64 } };
        let failed = StoreError::database("count blobs by key");
        self.blobs
            .inner
            .places
            .aggregate([doc! { "$group": count }, doc! { "$sort": { "_id": 1 } }])
            .with_type::<BlobKeyUse>()
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(&failed)?
            .try_collect()
            .await
            .map_err(&failed)
    }

    /// At most `limit` blobs after `after` that are sealed under another key than `kid`, by id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_blobs_under_other_keys(
        &self,
        kid: &str,
        after: Option<BlobId>,
        limit: i64,
    ) -> Result<Vec<BlobPlace>, StoreError> {
        let mut filter = doc! { "sealed.kid": { "$exists": true, "$ne": kid } };
        if let Some(after) = after {
            filter.insert("_id", doc! { "$gt": after });
        }
        let failed = StoreError::database("list blobs by key");
        self.blobs
            .inner
            .places
            .find(filter)
            .sort(doc! { "_id": 1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(&failed)?
            .try_collect()
            .await
            .map_err(&failed)
    }

    /// Puts `new` in the place of `old`, the wrapped key of `id`; false when it is another one by now, or the
    /// blob is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn replace_blob_key(
        &self,
        id: BlobId,
        old: &WrappedKey,
        new: &WrappedKey,
    ) -> Result<bool, StoreError> {
        let filter = doc! {
            "_id": id, "sealed.kid": &old.kid, "sealed.wrapped_key": old.wrapped_key.clone(),
        };
        let change = doc! {
            "sealed.kid": &new.kid, "sealed.wrapped_key": new.wrapped_key.clone(),
        };
        self.blobs
            .inner
            .places
            .update_one(filter, doc! { "$set": change })
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("replace the key of a blob"))
    }
}
