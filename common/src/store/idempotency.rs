//! Uploads already answered, by idempotency key (draft-ietf-httpapi-idempotency-key-header).

use std::time::Duration;

use mongodb::bson::{DateTime, doc};
use serde::{Deserialize, Serialize};

use super::{Conflict, OPERATION_LIMIT, Store, StoreError, Tx};
use crate::digest::Sha256;
use crate::id::{FileId, UserId};

/// How long an answered request is remembered.
pub const IDEMPOTENCY_TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// An upload that was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// The digest of who asked what under which key.
    #[serde(rename = "_id")]
    pub id: Sha256,
    /// The digest of what was asked.
    pub fingerprint: Sha256,
    /// What came of it.
    pub file_id: FileId,
    /// When it is forgotten.
    pub expire_at: DateTime,
}

impl IdempotencyRecord {
    /// The id of `user`'s request to `route` under `key`.
    pub fn id_of(user: UserId, route: &str, key: &str) -> Sha256 {
        Sha256::of(format!("{user}\n{route}\n{key}").as_bytes())
    }
}

impl Store {
    /// The request answered under this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_idempotency_record(
        &self,
        id: Sha256,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.collections
            .idempotency_keys
            .find_one(doc! { "_id": id.to_string() })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an idempotency key"))
    }
}

impl Tx<'_> {
    /// Remembers a request, in the transaction that carries it out.
    ///
    /// # Errors
    ///
    /// [`Conflict::IdempotencyKey`] when it was carried out before; [`StoreError::Database`].
    pub async fn insert_idempotency_record(
        &mut self,
        record: &IdempotencyRecord,
    ) -> Result<(), StoreError> {
        self.store
            .collections
            .idempotency_keys
            .insert_one(record)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("remember an idempotency key"))
            .map_err(|error| error.or_conflict("_id_", Conflict::IdempotencyKey))
    }
}
