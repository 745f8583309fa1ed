//! Uploads already answered, and those under way, by idempotency key (draft-ietf-httpapi-idempotency-key-header).
//!
//! A *record* is written in the transaction of the upload, and is unique: one key makes one document. A *claim*,
//! in a row of its own, only tells others that a request under the key is under way; its end is a lease, so that
//! a process that dies keeps nobody out for long.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::error::is_duplicate_key;
use super::storage_reservations::from_now;
use super::{Conflict, OPERATION_LIMIT, Store, StoreError, Tx, collection};
use crate::digest::Sha256;
use crate::id::{BlobId, FileId, UserId};

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
    /// The body of the first answer, once there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it is forgotten.
    pub expire_at: DateTime,
}

impl IdempotencyRecord {
    /// The id of `user`'s request to `route` under `key`.
    pub fn id_of(user: UserId, route: &str, key: &str) -> Sha256 {
        Sha256::of(format!("{user}\n{route}\n{key}").as_bytes())
    }

    /// When the request was carried out.
    pub fn made_at(&self) -> DateTime {
        let kept_for = i64::try_from(IDEMPOTENCY_TTL.as_millis()).unwrap_or(i64::MAX);
        DateTime::from_millis(self.expire_at.timestamp_millis().saturating_sub(kept_for))
    }
}

impl Store {
    /// The request answered under this id, unless it is to be forgotten by `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_idempotency_record(
        &self,
        id: Sha256,
        now: DateTime,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        let rows = &self.collections.idempotency_keys;
        let found = rows
            .find_one(doc! { "_id": id.to_string() })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an idempotency key"))?;
        let Some(record) = found else {
            return Ok(None);
        };
        if record.expire_at > now {
            return Ok(Some(record));
        }
        // The server removes such rows once a minute.
        rows.delete_one(doc! { "_id": id.to_string(), "expire_at": { "$lte": now } })
            .await
            .map(|_| None)
            .map_err(StoreError::database("forget an idempotency key"))
    }

    /// Keeps `answer` as the body of the first answer, unless there is one; the one that is kept, as long as the
    /// request is remembered.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn keep_answer(
        &self,
        id: Sha256,
        answer: &str,
    ) -> Result<Option<String>, StoreError> {
        let first = doc! { "$ifNull": ["$answer", { "$literal": answer }] };
        let kept = self
            .collections
            .idempotency_keys
            .find_one_and_update(
                doc! { "_id": id.to_string() },
                vec![doc! { "$set": { "answer": first } }],
            )
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("keep an answer"))?;
        Ok(kept.and_then(|record| record.answer))
    }

    /// Claims a key for `upload` until `lease` is over; `false` when another request has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn claim_idempotency_key(
        &self,
        id: Sha256,
        upload: BlobId,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        // A row that is not there yet has no end either, and nothing is less than every date.
        let is_over = doc! { "$lt": ["$expire_at", "$$NOW"] };
        let own = doc! { "_id": claim_of(id), "upload": upload, "expire_at": from_now(lease) };
        let claim = doc! { "$replaceWith": { "$cond": [is_over, own, "$$ROOT"] } };
        let claimed = self
            .idempotency_claims()
            .update_one(doc! { "_id": claim_of(id) }, vec![claim])
            .upsert(true)
            .await;
        match claimed {
            Ok(result) => Ok(result.upserted_id.is_some() || result.modified_count == 1),
            Err(error) if is_duplicate_key(&error) => Ok(false),
            Err(error) => Err(StoreError::database("claim an idempotency key")(error)),
        }
    }

    /// Tells that the upload goes on; `false` when its claim was over and another request has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn renew_idempotency_claim(
        &self,
        id: Sha256,
        upload: BlobId,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let later = doc! { "$set": { "expire_at": from_now(lease) } };
        self.idempotency_claims()
            .update_one(doc! { "_id": claim_of(id), "upload": upload }, vec![later])
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database(
                "renew the claim on an idempotency key",
            ))
    }

    /// Ends the claim of `upload`, whatever came of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; the claim ends with its lease then.
    pub async fn release_idempotency_claim(
        &self,
        id: Sha256,
        upload: BlobId,
    ) -> Result<(), StoreError> {
        self.idempotency_claims()
            .delete_one(doc! { "_id": claim_of(id), "upload": upload })
            .await
            .map(drop)
            .map_err(StoreError::database("release an idempotency key"))
    }

    /// The claims, which are rows of the same collection.
    fn idempotency_claims(&self) -> Collection<Document> {
        self.database.collection(collection::IDEMPOTENCY_KEYS)
    }
}

/// The id of the claim on a key.
fn claim_of(id: Sha256) -> String {
    Sha256::of(format!("claim\n{id}").as_bytes()).to_string()
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

    /// Puts `pseudonym` where the address `email_key` stands in answers that are kept.
    pub(super) async fn erase_from_answers(
        &mut self,
        email_key: &str,
        pseudonym: &str,
    ) -> Result<(), StoreError> {
        // With their quotation marks, as they stand in JSON: a part of another address is not meant.
        let [address, instead] = [email_key, pseudonym].map(|it| {
            let text = serde_json::Value::from(it).to_string();
            doc! { "$literal": text }
        });
        let place = doc! { "$indexOfBytes": ["$answer", address.clone()] };
        let without = doc! { "$replaceAll": {
            "input": "$answer", "find": address, "replacement": instead,
        } };
        self.store
            .collections
            .idempotency_keys
            .update_many(
                doc! { "answer": { "$type": "string" }, "$expr": { "$gte": [place, 0] } },
                vec![doc! { "$set": { "answer": without } }],
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("erase a recipient from answers"))
    }
}
