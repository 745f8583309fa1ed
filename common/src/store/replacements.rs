//! New bytes of a document: they wait beside it for their verdict, and take its place if they are genuine.

use std::time::Duration;

use mongodb::bson::{DateTime, Document, doc, serialize_to_bson};

use super::files::verdict;
use super::{Store, StoreError, Tx};
use crate::audit::AuditEntry;
use crate::file::{EarlierVersion, File, Inspection, MAX_EARLIER_VERSIONS, Replacement};
use crate::id::{BlobId, FileId};
use crate::queue::{EraseBlobs, ValidateUpload};
use crate::storage::unsigned;

/// What came of the wish to replace the bytes of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The new bytes wait for their verdict.
    Received,
    /// It is withdrawn; nothing was written.
    Withdrawn,
    /// It has expired, and its bytes are removed in a while, or were; nothing was written.
    Expired,
    /// It has as many earlier versions as it may have; nothing was written.
    TooMany,
    /// There is no such document.
    Unknown,
}

impl Store {
    /// Adds new bytes to a document and enqueues the job that looks inside them. Others that wait there, or were
    /// rejected, are superseded, and removed.
    ///
    /// # Errors
    ///
    /// [`StoreError::UploadExpired`] when the upload was given up; [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn replace_file(
        &self,
        id: FileId,
        replacement: &Replacement,
        entry: AuditEntry,
    ) -> Result<Replaced, StoreError> {
        self.transaction("replace a file", |tx| {
            let (replacement, entry) = (replacement.clone(), entry.clone());
            Box::pin(async move { tx.replace_file(id, replacement, entry).await })
        })
        .await
    }

    /// Records a worker's verdict on new bytes of a document, and `entry` in the audit; `false`, and nothing is
    /// written, when they do not wait for one any more.
    ///
    /// Genuine ones take the place of the document's own, whose links end and which are kept for a while; the name
    /// stays, also one that the document got meanwhile. Of others the reason is kept, and the document stays what it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn record_replacement(
        &self,
        id: FileId,
        blob: BlobId,
        inspection: &Inspection,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.transaction("record a verdict on a replacement", |tx| {
            let (inspection, entry) = (inspection.clone(), entry.clone());
            Box::pin(async move {
                let now = entry.at;
                let is_first = tx.judge_replacement(id, blob, &inspection, now).await?;
                if is_first {
                    tx.record(entry).await?;
                }
                Ok(is_first)
            })
        })
        .await
    }
}

impl Tx<'_> {
    async fn replace_file(
        &mut self,
        id: FileId,
        replacement: Replacement,
        entry: AuditEntry,
    ) -> Result<Replaced, StoreError> {
        let (now, blob_id) = (entry.at, replacement.blob_id);
        let Some(mut file) = self.read_file(id).await? else {
            return Ok(Replaced::Unknown);
        };
        if file.withdrawn.is_some() {
            return Ok(Replaced::Withdrawn);
        }
        if file.has_expired(now) {
            return Ok(Replaced::Expired);
        }
        // One more for what is superseded now, and one for the document itself once it is replaced.
        if file.earlier.len() + 2 > MAX_EARLIER_VERSIONS {
            return Ok(Replaced::TooMany);
        }
        self.keep_reservation(blob_id, unsigned(replacement.size_bytes))
            .await?;
        let job_id = replacement.job_id;
        if let Some(superseded) = file.replacement.replace(replacement) {
            let version = superseded.superseded(now);
            self.erase_version(id, &version, now, Duration::ZERO)
                .await?;
            file.earlier.push(version);
        }
        self.write_versions(&file, Document::new()).await?;
        let job = ValidateUpload {
            file_id: id,
            blob_id: Some(blob_id),
        };
        self.enqueue(job, job_id).await?;
        self.record(entry).await?;
        Ok(Replaced::Received)
    }

    async fn judge_replacement(
        &mut self,
        id: FileId,
        blob: BlobId,
        inspection: &Inspection,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let Some(mut file) = self.read_file(id).await? else {
            return Ok(false);
        };
        let waiting = file.replacement.take();
        let Some(mut replacement) = waiting.filter(|it| it.blob_id == blob && it.is_pending())
        else {
            return Ok(false);
        };
        if let Err(rejection) = &inspection.outcome {
            replacement.rejection = Some(rejection.clone());
            replacement.rejected_at = Some(now);
            file.replacement = Some(replacement);
            self.write_versions(&file, Document::new()).await?;
            self.erase_rejected(id, now).await?;
            return Ok(true);
        }
        let version = file.version(now);
        let keep = self.store.retention.versions;
        self.erase_version(id, &version, now, keep).await?;
        file.earlier.push(version);
        let mut fields = verdict(inspection, now);
        fields.extend(doc! {
            "blob_id": replacement.blob_id, "sha256": replacement.sha256.to_string(),
            "size_bytes": replacement.size_bytes, "job_id": replacement.job_id,
        });
        self.write_versions(&file, fields).await?;
        self.revoke_links_of(id).await?;
        // Of a document that they were told of before they are not told again.
        self.tell_of(id, now).await?;
        Ok(true)
    }

    /// Writes the earlier versions of `file`, its replacement or that there is none, and `fields`. With new bytes of
    /// its own it has none of what was said of the old ones.
    async fn write_versions(&mut self, file: &File, fields: Document) -> Result<(), StoreError> {
        let mut unset = Document::new();
        if !fields.is_empty() {
            unset.extend(doc! { "revalidation": "", "bytes_removed_at": "" });
        }
        let mut set = fields;
        let earlier = serialize_to_bson(&file.earlier).expect("ids, words and dates are BSON");
        set.insert("earlier", earlier);
        match &file.replacement {
            Some(replacement) => {
                let replacement = serialize_to_bson(replacement);
                set.insert("replacement", replacement.expect("as are those of this"));
            }
            None => {
                unset.insert("replacement", "");
            }
        }
        let mut update = doc! { "$set": set, "$inc": { "version": 1_i64 } };
        if !unset.is_empty() {
            update.insert("$unset", unset);
        }
        self.store
            .collections
            .files
            .update_one(doc! { "_id": file.id }, update)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("write the versions of a file"))
    }

    /// Has the bytes of `version` removed after `keep`.
    async fn erase_version(
        &mut self,
        id: FileId,
        version: &EarlierVersion,
        now: DateTime,
        keep: Duration,
    ) -> Result<(), StoreError> {
        if version.bytes_removed_at.is_some() {
            return Ok(());
        }
        let erasing = EraseBlobs::replaced(id, version.blob_id, now, keep);
        self.enqueue_once(erasing.job(now)).await
    }
}
