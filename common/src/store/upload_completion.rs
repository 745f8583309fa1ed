//! Making the document of an upload that has arrived over several requests: one request at a time does, with a
//! lease, and one transaction says that it is done.

use std::time::Duration;

use mongodb::bson::{Bson, doc};
use mongodb::options::ReturnDocument;

use super::storage_reservations::from_now;
use super::uploads::{idle, live};
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{BlobId, FileId, UploadId, UserId};
use crate::upload::ResumableUpload;

/// How soon the room of an upload is taken for that of a process that died, once its document exists.
const SETTLE_LEASE: Duration = Duration::from_secs(5 * 60);

impl Store {
    /// Makes `writer` the one who makes the document of a whole upload, for as long as `lease`; `None` when
    /// there is no such upload, it is not whole, it has a document, or another request makes it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_completion(
        &self,
        id: UploadId,
        owner: UserId,
        writer: &str,
        lease: Duration,
    ) -> Result<Option<ResumableUpload>, StoreError> {
        let whole = doc! { "$eq": ["$offset_bytes", "$length_bytes"] };
        let mut filter = live(id, owner, vec![idle(), whole]);
        filter.insert("file_id", Bson::Null);
        let set = doc! { "writer": { "$literal": writer }, "completing_until": from_now(lease) };
        self.collections
            .uploads
            .find_one_and_update(filter, vec![doc! { "$set": set }])
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("complete an upload"))
    }

    /// Tells that `writer` still makes the document; `false` when another one does by now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn renew_completion(
        &self,
        id: UploadId,
        writer: &str,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let later = doc! { "$set": { "completing_until": from_now(lease) } };
        self.collections
            .uploads
            .update_one(doc! { "_id": id, "writer": writer }, vec![later])
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("go on completing an upload"))
    }

    /// Lets others make the document, for `writer` could not.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; others can when the lease is over.
    pub async fn release_completion(&self, id: UploadId, writer: &str) -> Result<(), StoreError> {
        self.collections
            .uploads
            .update_one(
                doc! { "_id": id, "writer": writer },
                doc! { "$set": { "completing_until": null } },
            )
            .await
            .map(drop)
            .map_err(StoreError::database("give up completing an upload"))
    }
}

impl Tx<'_> {
    /// Records that `file` became of `upload`, whose bytes `writer` put together under `blob`; the upload is
    /// known for another `kept_for`. What was reserved for the blob ends, and the room has to be settled soon.
    ///
    /// # Errors
    ///
    /// [`StoreError::UploadTaken`] when another request makes the document, [`StoreError::UploadExpired`] when
    /// the bytes were given up; [`StoreError::Database`].
    pub async fn complete_upload(
        &mut self,
        upload: &ResumableUpload,
        writer: &str,
        (file, blob): (FileId, BlobId),
        kept_for: Duration,
    ) -> Result<(), StoreError> {
        let filter = doc! { "_id": upload.id, "writer": writer, "file_id": null };
        let set = doc! { "$set": {
            "file_id": file, "writer": null, "completing_until": null,
            "expires_at": from_now(kept_for), "forget_at": from_now(kept_for),
        } };
        self.change_upload(filter, set).await?;
        self.adopt_blob(blob).await?;
        let soon = doc! { "$set": { "until": from_now(SETTLE_LEASE) } };
        self.store
            .collections
            .storage_reservations
            .update_one(doc! { "_id": upload.room }, vec![soon])
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("keep an upload"))
    }
}
