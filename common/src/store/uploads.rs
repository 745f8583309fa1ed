//! Uploads that arrive over several requests: how they begin and end.
//!
//! Each part is a blob of its own with a reservation of its own, which the transaction that adds the part to
//! the upload removes. So a part either counts, or its lease ends and its bytes go. The upload's own
//! reservation ends with the upload: whoever ends it removes the parts ([`Store::end_reservation`],
//! [`Store::end_expired_reservations`]).

mod parts;

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc, serialize_to_document};

use super::storage_reservations::from_now;
use super::{OPERATION_LIMIT, Store, StoreError, Tx, collection};
use crate::id::{BlobId, UploadId, UserId};
use crate::upload::{ResumableUpload, without_recipient};

impl Store {
    /// The upload of `owner` with this id, without its parts, unless it has expired.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_upload(
        &self,
        id: UploadId,
        owner: UserId,
    ) -> Result<Option<ResumableUpload>, StoreError> {
        self.collections
            .uploads
            .find_one(live(id, owner, vec![]))
            .projection(doc! { "parts": 0 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a resumable upload"))
    }

    /// How many uploads of `owner` have begun, and have neither become a document nor expired.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_open_uploads(&self, owner: UserId) -> Result<u64, StoreError> {
        let open = doc! {
            "owner_id": owner, "file_id": null, "$expr": { "$gt": ["$expires_at", "$$NOW"] },
        };
        self.collections
            .uploads
            .count_documents(open)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count resumable uploads"))
    }

    /// Ends an upload of `owner`: its bytes are removed, and its room is given back. One that has become a
    /// document is forgotten, and the document stays. `false` when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; it can be tried again.
    pub async fn end_upload(&self, id: UploadId, owner: UserId) -> Result<bool, StoreError> {
        let Some(upload) = self.find_upload(id, owner).await? else {
            return Ok(false);
        };
        self.end_reservation(upload.room).await?;
        let done = doc! { "_id": id, "file_id": { "$ne": null } };
        self.collections
            .uploads
            .delete_one(done)
            .await
            .map_err(StoreError::database("forget an upload"))?;
        Ok(true)
    }
}

impl Tx<'_> {
    /// Adds an upload that has room already, and keeps both for `kept_for`.
    ///
    /// # Errors
    ///
    /// [`StoreError::UploadExpired`] when the room was given up; [`StoreError::Database`].
    pub async fn insert_upload(
        &mut self,
        upload: &ResumableUpload,
        kept_for: Duration,
    ) -> Result<(), StoreError> {
        let stored = serialize_to_document(upload).expect("it has a stored form");
        let times = doc! { "expires_at": from_now(kept_for) };
        let whole = doc! { "$mergeObjects": [{ "$literal": stored }, times] };
        self.store
            .collections
            .uploads
            .update_one(
                doc! { "_id": upload.id },
                vec![doc! { "$replaceWith": whole }],
            )
            .upsert(true)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("begin a resumable upload"))?;
        self.extend_reservation(upload.room, kept_for).await
    }

    /// Puts `pseudonym` where the address `email_key` stands among the recipients of uploads.
    pub(super) async fn erase_from_uploads(
        &mut self,
        email_key: &str,
        pseudonym: &str,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "erase a recipient from uploads";
        let name = collection::UPLOADS;
        let uploads = self.store.database.collection::<Document>(name);
        let found = uploads
            .find(doc! { "metadata": { "$regex": "(^|,) *recipients " } })
            .projection(doc! { "metadata": 1 })
            .session(&mut *self.session)
            .await;
        let mut found = found.map_err(StoreError::database(OPERATION))?;
        let found = found.stream(&mut *self.session).try_collect().await;
        let found: Vec<Document> = found.map_err(StoreError::database(OPERATION))?;
        for row in &found {
            let metadata = row.get_str("metadata").unwrap_or_default();
            let Some(without) = without_recipient(metadata, email_key, pseudonym) else {
                continue;
            };
            uploads
                .update_one(
                    doc! { "_id": row.get("_id") },
                    doc! { "$set": { "metadata": without } },
                )
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database(OPERATION))?;
        }
        Ok(())
    }

    /// Changes the upload that `filter` describes: by its writer, among others.
    pub(super) async fn change_upload(
        &mut self,
        filter: Document,
        set: Document,
    ) -> Result<(), StoreError> {
        let changed = self
            .store
            .collections
            .uploads
            .update_one(filter, vec![set])
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("change a resumable upload"))?;
        match changed.matched_count {
            1 => Ok(()),
            _ => Err(StoreError::UploadTaken),
        }
    }

    /// Keeps the room of an upload that goes on.
    async fn extend_reservation(
        &mut self,
        room: BlobId,
        kept_for: Duration,
    ) -> Result<(), StoreError> {
        let later = doc! { "$set": { "until": from_now(kept_for) } };
        let extended = self
            .store
            .collections
            .storage_reservations
            .update_one(doc! { "_id": room, "state": "held" }, vec![later])
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("keep the room of an upload"))?;
        match extended.matched_count {
            1 => Ok(()),
            _ => Err(StoreError::UploadExpired),
        }
    }

    /// Ends the lease of bytes that something mentions from now on.
    pub(super) async fn adopt_blob(&mut self, blob: BlobId) -> Result<(), StoreError> {
        let adopted = self
            .store
            .collections
            .storage_reservations
            .delete_one(doc! { "_id": blob, "state": "held" })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("keep the bytes of an upload"))?;
        match adopted.deleted_count {
            1 => Ok(()),
            _ => Err(StoreError::UploadExpired),
        }
    }
}

/// The upload of `owner` with this id, unless it has expired, if all of `conditions` hold.
pub(super) fn live(id: UploadId, owner: UserId, mut conditions: Vec<Document>) -> Document {
    conditions.push(doc! { "$gt": ["$expires_at", "$$NOW"] });
    doc! { "_id": id, "owner_id": owner, "$expr": { "$and": conditions } }
}

/// Nobody makes its document. Nothing is less than any time.
pub(super) fn idle() -> Document {
    doc! { "$lt": ["$completing_until", "$$NOW"] }
}
