//! Documents whose owner is told of the first download.

use mongodb::bson::{DateTime, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::file::File;
use crate::id::{FileId, JobId, UserId};
use crate::notice::FirstDownload;
use crate::queue::SendEmail;

impl Store {
    /// Whether the owner of a document is told of its first download, and what is known of that.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_first_download(
        &self,
        file_id: FileId,
    ) -> Result<Option<FirstDownload>, StoreError> {
        self.collections
            .first_downloads
            .find_one(doc! { "_id": file_id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a first download"))
    }

    /// Records a download, and has the owner told, if it is the first one that the owner waits for.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn record_first_download(
        &self,
        file: &File,
        by: UserId,
        job: JobId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let (file_id, user_id) = (file.id, Some(file.owner_id));
        let waits = self.find_first_download(file_id).await?;
        if waits.is_none_or(|it| it.first_at.is_some()) {
            return Ok(());
        }
        self.transaction("record a first download", |tx| {
            Box::pin(async move {
                if tx.set_first_download(file_id, by, now).await? {
                    let mail = SendEmail::FirstDownload { file_id, user_id };
                    tx.enqueue(mail, job).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

impl Tx<'_> {
    /// Says whether the owner of a document is told of the first download from now on. Saying so twice
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn await_first_download(
        &mut self,
        file_id: FileId,
        enabled: bool,
        now: DateTime,
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "wait for a first download";
        let rows = &self.store.collections.first_downloads;
        let of_file = doc! { "_id": file_id };
        if !enabled {
            let removed = rows.delete_one(of_file).session(&mut *self.session).await;
            return removed.map(drop).map_err(StoreError::database(OPERATION));
        }
        rows.update_one(of_file, doc! { "$setOnInsert": { "asked_at": now } })
            .upsert(true)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database(OPERATION))
    }

    /// Whether it is the first download that the owner waits for.
    async fn set_first_download(
        &mut self,
        file_id: FileId,
        by: UserId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let first = self
            .store
            .collections
            .first_downloads
            .update_one(
                doc! { "_id": file_id, "first_at": null },
                doc! { "$set": { "first_at": now, "by": by } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("record a first download"))?;
        Ok(first.modified_count > 0)
    }
}
