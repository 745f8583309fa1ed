//! The parts of an upload: which bytes count, whoever writes at the same time and wherever a process dies.

use std::time::Duration;

use mongodb::bson::{Bson, doc};
use mongodb::options::ReturnDocument;

use super::{idle, live};
use crate::id::{BlobId, UploadId, UserId};
use crate::storage::signed;
use crate::store::storage_reservations::from_now;
use crate::store::{OPERATION_LIMIT, Store, StoreError};
use crate::upload::{ResumableUpload, UploadPart};

impl Store {
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
