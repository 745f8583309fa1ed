//! Where a blob is, and what opens it: a row of its own, written before its first byte and removed after its
//! last one. A blob without one is in the database, and not sealed: so were all before there were others.

use mongodb::bson::doc;
use serde::{Deserialize, Serialize};

use super::Blobs;
use crate::blob::{BlobUrl, WrappedKey};
use crate::id::BlobId;
use crate::store::{OPERATION_LIMIT, StoreError};

/// Which kind of store a blob is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// The database itself.
    GridFs,
    /// A local directory or a bucket.
    Object,
}

/// Where a blob is, and what opens it, as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlobPlace {
    /// The blob.
    #[serde(rename = "_id")]
    pub id: BlobId,
    /// The kind of its store.
    pub store: StoreKind,
    /// The address of its store, unless that is the database.
    #[serde(default)]
    pub url: Option<BlobUrl>,
    /// What opens it, if it is sealed.
    #[serde(default)]
    pub sealed: Option<WrappedKey>,
}

impl Blobs {
    pub(super) async fn find_place(&self, id: BlobId) -> Result<Option<BlobPlace>, StoreError> {
        self.inner
            .places
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find where a blob is"))
    }

    pub(super) async fn insert_place(&self, place: &BlobPlace) -> Result<(), StoreError> {
        self.inner
            .places
            .insert_one(place)
            .await
            .map(drop)
            .map_err(StoreError::database("note where a blob is"))
    }

    pub(super) async fn delete_place(&self, id: BlobId) -> Result<(), StoreError> {
        self.inner
            .places
            .delete_one(doc! { "_id": id })
            .await
            .map(drop)
            .map_err(StoreError::database("forget where a blob is"))
    }
}
