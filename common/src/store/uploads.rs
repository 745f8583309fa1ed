//! Uploads that arrive over several requests: which bytes count, whoever writes at the same time and wherever
//! a process dies.
//!
//! Each part is a blob of its own with a reservation of its own, which the transaction that adds the part to
//! the upload removes. So a part either counts, or its lease ends and its bytes go. The upload's own
//! reservation ends with the upload: whoever ends it removes the parts ([`Store::end_reservation`],
//! [`Store::end_expired_reservations`]).

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc, serialize_to_document};
use mongodb::options::ReturnDocument;

use super::storage_reservations::from_now;
use super::{OPERATION_LIMIT, Store, StoreError, Tx, collection};
use crate::id::{BlobId, UploadId, UserId};
use crate::storage::signed;
use crate::upload::{ResumableUpload, UploadPart, without_recipient};

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

    /// Makes `writer` the one whose bytes count from `offset` on; `None` when there is no such upload, it is
    /// somewhere else, or its document is being made.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_upload(
        &self,
        id: UploadId,
        owner: UserId,
        offset: u64,
        writer: &str,
    ) -> Result<Option<ResumableUpload>, StoreError> {
        let mut filter = live(id, owner, vec![idle()]);
        filter.insert("file_id", Bson::Null);
        filter.insert("offset_bytes", signed(offset));
        let set = doc! { "$set": { "writer": writer } };
        self.collections
            .uploads
            .find_one_and_update(filter, set)
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("go on with a resumable upload"))
    }

    /// Adds the stored `part` to `upload`, whose offset is the one that is expected, and keeps the upload for
    /// `kept_for` from now. What was reserved for the part ends with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::UploadTaken`] when another request goes on with the upload,
    /// [`StoreError::UploadExpired`] when it was given up; [`StoreError::Database`].
    pub async fn record_part(
        &self,
        upload: &ResumableUpload,
        writer: &str,
        part: UploadPart,
        kept_for: Duration,
    ) -> Result<(), StoreError> {
        let filter = doc! {
            "_id": upload.id, "writer": writer, "offset_bytes": upload.offset_bytes, "file_id": null,
        };
        let added = doc! { "blob_id": part.blob_id, "size_bytes": part.size_bytes };
        let set = doc! { "$set": {
            "parts": { "$concatArrays": ["$parts", [added]] },
            "offset_bytes": { "$add": ["$offset_bytes", part.size_bytes] },
            "expires_at": from_now(kept_for),
        } };
        let room = upload.room;
        self.transaction("add a part to an upload", |tx| {
            let (filter, set) = (filter.clone(), set.clone());
            Box::pin(async move {
                tx.change_upload(filter, set).await?;
                tx.extend_reservation(room, kept_for).await?;
                tx.adopt_blob(part.blob_id).await
            })
        })
        .await
    }

    /// Lets others know that `writer` goes on with the upload no more, and returns what has come of it; `None` when
    /// another request goes on with it, or it has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn leave_upload(
        &self,
        id: UploadId,
        writer: &str,
    ) -> Result<Option<ResumableUpload>, StoreError> {
        self.collections
            .uploads
            .find_one_and_update(
                doc! { "_id": id, "writer": writer },
                doc! { "$set": { "writer": null } },
            )
            .projection(doc! { "parts": 0 })
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("leave a resumable upload"))
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

    /// Removes the parts of the upload whose room is `room`, if it is one that arrives in parts, and the upload
    /// itself unless it has become a document. The room's state is final.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; it can be tried again.
    pub async fn remove_parts_of(&self, room: BlobId) -> Result<(), StoreError> {
        const OPERATION: &str = "remove the parts of an upload";
        let uploads = &self.collections.uploads;
        let found = uploads
            .find_one(doc! { "room": room })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database(OPERATION))?;
        let Some(upload) = found else {
            return Ok(());
        };
        for part in &upload.parts {
            self.delete_blob(part.blob_id).await?;
        }
        let row = doc! { "_id": upload.id };
        if upload.file_id.is_none() {
            let removed = uploads.delete_one(row).await;
            return removed.map(drop).map_err(StoreError::database(OPERATION));
        }
        let none = doc! { "$set": { "parts": [] } };
        let emptied = uploads.update_one(row, none).await;
        emptied.map(drop).map_err(StoreError::database(OPERATION))
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
