//! Bytes that nobody needs any more: marked as removed and counted no more in one transaction, then removed.
//!
//! In this order, so that nobody brings a document back whose bytes are going. A process that dies in between
//! leaves bytes that are marked: its job is run again and removes them.

use mongodb::bson::{Bson, DateTime, Document, doc, serialize_to_bson};

use super::{Store, StoreError, Tx};
use crate::audit::AuditEntry;
use crate::file::{ErasedBlob, Erasure, File};
use crate::id::{BlobId, FileId, UserId};
use crate::queue::EraseBlobs;
use crate::storage::UsageOf;

impl Store {
    /// Removes the bytes that `erasure` means of a document, and records `entry` if they were there; how many blobs
    /// were removed, some of them perhaps before.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; what is left to do is done by the same call.
    pub async fn erase_blobs(
        &self,
        id: FileId,
        erasure: Erasure,
        entry: AuditEntry,
    ) -> Result<usize, StoreError> {
        let marked = self.mark_blobs(id, erasure, entry).await?;
        for blob in &marked {
            self.delete_blob(*blob).await?;
        }
        Ok(marked.len())
    }

    /// Marks the bytes that `erasure` means as removed, and counts them no more; they have to be deleted then.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mark_blobs(
        &self,
        id: FileId,
        erasure: Erasure,
        entry: AuditEntry,
    ) -> Result<Vec<BlobId>, StoreError> {
        self.transaction("mark bytes as removed", |tx| {
            let entry = entry.clone();
            Box::pin(async move { tx.mark_blobs(id, erasure, entry).await })
        })
        .await
    }
}

impl Tx<'_> {
    /// Has the bytes of a document removed some time after it expires, `at`, unless that is changed by then.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn erase_expired(
        &mut self,
        id: FileId,
        at: DateTime,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let erasing = EraseBlobs::expired(id, at, self.store.retention.expired);
        self.enqueue_once(erasing.job(now)).await
    }

    async fn mark_blobs(
        &mut self,
        id: FileId,
        erasure: Erasure,
        entry: AuditEntry,
    ) -> Result<Vec<BlobId>, StoreError> {
        let Some(mut file) = self.read_file(id).await? else {
            return Ok(Vec::new());
        };
        let erased = file.erase(erasure, entry.at);
        let fresh: Vec<&ErasedBlob> = erased.iter().filter(|blob| !blob.was_erased).collect();
        if !fresh.is_empty() {
            let bytes: i64 = fresh.iter().map(|blob| blob.size_bytes).sum();
            let count = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
            self.write_marks(&file).await?;
            let detail = format!("{count} stored, {bytes} bytes");
            self.record(entry.with_detail(&detail)).await?;
            self.count_erased(file.owner_id, bytes, count).await?;
        }
        Ok(erased.into_iter().map(|blob| blob.blob_id).collect())
    }

    async fn write_marks(&mut self, file: &File) -> Result<(), StoreError> {
        let mut marks = Document::new();
        let removed_at = file.bytes_removed_at.map(Bson::DateTime);
        marks.extend(removed_at.map(|at| ("bytes_removed_at".to_owned(), at)));
        let earlier = serialize_to_bson(&file.earlier).expect("ids, words and dates are BSON");
        marks.insert("earlier", earlier);
        if let Some(replacement) = &file.replacement {
            let replacement = serialize_to_bson(replacement);
            marks.insert("replacement", replacement.expect("as are those of this"));
        }
        self.store
            .collections
            .files
            .update_one(
                doc! { "_id": file.id },
                doc! { "$set": marks, "$inc": { "version": 1_i64 } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("mark bytes as removed"))
    }

    /// Last in its transaction: every upload writes to the row of all.
    async fn count_erased(
        &mut self,
        owner: UserId,
        bytes: i64,
        files: i64,
    ) -> Result<(), StoreError> {
        for of in [UsageOf::Person(owner), UsageOf::Everybody] {
            self.store
                .collections
                .storage_usage
                .update_one(
                    doc! { "_id": of.id() },
                    doc! { "$inc": { "used_bytes": -bytes, "used_files": -files } },
                )
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("count removed bytes no more"))?;
        }
        Ok(())
    }
}
