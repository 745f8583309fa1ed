//! Mending what disagrees. Each write repeats what was found: what has changed since is left as it is.

use mongodb::bson::{Bson, DateTime, Document, doc};

use super::difference::{Difference, Repair};
use super::links;
use super::orphans::Source;
use super::snapshot::Snapshot;
use crate::id::{BlobId, FileId, JobId};
use crate::queue::ValidateUpload;
use crate::store::{Store, StoreError, Tx, collection};

impl Store {
    /// Mends `difference`, if it is still there at `now`; whether it was. `job` is the id of a job that may have to be
    /// enqueued.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn repair(
        &self,
        difference: &Difference,
        job: JobId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        match &difference.repair {
            Repair::Nothing => Ok(false),
            Repair::Blob(blob) => self.remove_orphan(*blob, now).await,
            Repair::Link(link) => {
                let pipeline = links::pipeline(links::only(*link, now), now);
                let is_stale = self.finds(collection::LINKS, pipeline).await?;
                Ok(is_stale && self.revoke_link(*link).await?)
            }
            Repair::Reservation(upload) => self.end_reservation(*upload).await.map(|()| true),
            Repair::Usage(recount) => self.put_right(recount).await.map(|()| true),
            Repair::Erasure(erasing) => {
                self.transaction("enqueue a removal", |tx| {
                    let erasing = erasing.clone();
                    Box::pin(async move { tx.enqueue_once(erasing.job(now)).await })
                })
                .await?;
                Ok(true)
            }
            Repair::Verdict {
                file,
                job: old,
                replacement,
            } => {
                let (file, old, replacement) = (*file, *old, *replacement);
                self.transaction("enqueue an inspection", |tx| {
                    Box::pin(async move { tx.inspect_again(file, replacement, (old, job)).await })
                })
                .await
            }
        }
    }

    /// Removes bytes that nothing speaks of at one moment. Without one, those of a replacement could become its
    /// document's between the look for the one and the look for the other.
    async fn remove_orphan(&self, blob: BlobId, now: DateTime) -> Result<bool, StoreError> {
        let mut snapshot = self.snapshot(now).await?;
        let is_orphan = is_orphan(&mut snapshot, blob, now).await;
        snapshot.close().await?;
        let is_orphan = is_orphan?;
        if is_orphan {
            self.delete_blob(blob).await?;
        }
        Ok(is_orphan)
    }
}

async fn is_orphan(
    snapshot: &mut Snapshot,
    blob: BlobId,
    now: DateTime,
) -> Result<bool, StoreError> {
    for source in Source::ALL {
        let pipeline = source.pipeline(doc! { "$eq": blob }, now);
        let found: Vec<Document> = snapshot.rows(&source.collection(), pipeline).await?;
        if !found.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Tx<'_> {
    /// Enqueues another inspection in the place of one that is gone.
    async fn inspect_again(
        &mut self,
        file: FileId,
        replacement: Option<BlobId>,
        (old, new): (JobId, JobId),
    ) -> Result<bool, StoreError> {
        let (filter, change): (Document, Document) = match replacement {
            None => (
                doc! { "_id": file, "state": "received", "job_id": old },
                doc! { "job_id": new },
            ),
            Some(blob) => (
                doc! {
                    "_id": file, "replacement.blob_id": blob, "replacement.job_id": old,
                    "replacement.rejection": Bson::Null,
                },
                doc! { "replacement.job_id": new },
            ),
        };
        let changed = self
            .store
            .collections
            .files
            .update_one(filter, doc! { "$set": change })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("inspect a file again"))?;
        if changed.modified_count == 0 {
            return Ok(false);
        }
        let job = ValidateUpload {
            file_id: file,
            blob_id: replacement,
        };
        self.enqueue(job, new).await?;
        Ok(true)
    }
}
