//! Documents that are taken back, and brought back.

use mongodb::bson::{DateTime, doc, serialize_to_bson};

use super::{Store, StoreError, Tx};
use crate::audit::AuditEntry;
use crate::file::{File, FileState, Withdrawal};
use crate::id::{FileId, UserId};
use crate::queue::EraseBlobs;

/// What came of the wish to bring a document back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// It is there, and was perhaps before.
    There,
    /// The time in which it could be restored is over.
    TooLate,
    /// There is no such document.
    Unknown,
}

impl Store {
    /// Takes a document back, records `entry`, and has its bytes removed once it cannot be restored any more;
    /// `false`, and nothing is written, when it was taken back before or never was.
    ///
    /// Its links are revoked, and stay so when it is restored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn withdraw_file(
        &self,
        id: FileId,
        by: UserId,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.transaction("withdraw a file", |tx| {
            let entry = entry.clone();
            Box::pin(async move {
                let is_first = tx.withdraw_file(id, by, entry.at).await?;
                if is_first {
                    tx.record(entry).await?;
                }
                Ok(is_first)
            })
        })
        .await
    }

    /// Brings a withdrawn document back at `entry.at`, and records `entry` if it was withdrawn.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn restore_file(
        &self,
        id: FileId,
        entry: AuditEntry,
    ) -> Result<Restored, StoreError> {
        self.transaction("restore a file", |tx| {
            let entry = entry.clone();
            Box::pin(async move { tx.restore_file(id, entry).await })
        })
        .await
    }
}

impl Tx<'_> {
    /// Takes a document back, as [`Store::withdraw_file`] does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn withdraw_file(
        &mut self,
        id: FileId,
        by: UserId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let withdrawal = Withdrawal {
            at: now,
            by,
            restorable_until: now.saturating_add_duration(self.store.retention.withdrawn),
        };
        let stored = serialize_to_bson(&withdrawal).expect("ids and dates are BSON");
        let withdrawn = self
            .store
            .collections
            .files
            .update_one(
                doc! { "_id": id, "withdrawn": null },
                doc! { "$set": { "withdrawn": stored }, "$inc": { "version": 1_i64 } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("withdraw a file"))?;
        if withdrawn.modified_count == 0 {
            return Ok(false);
        }
        self.revoke_links_of(id).await?;
        let erasing = EraseBlobs::withdrawn(id, withdrawal.restorable_until);
        self.enqueue_once(erasing.job(now)).await?;
        Ok(true)
    }

    async fn restore_file(
        &mut self,
        id: FileId,
        entry: AuditEntry,
    ) -> Result<Restored, StoreError> {
        let Some(file) = self.read_file(id).await? else {
            return Ok(Restored::Unknown);
        };
        let Some(withdrawal) = &file.withdrawn else {
            return Ok(Restored::There);
        };
        // Nobody misses rejected bytes.
        let is_lost = file.bytes_removed_at.is_some() && file.state != FileState::Rejected;
        if entry.at >= withdrawal.restorable_until || is_lost {
            return Ok(Restored::TooLate);
        }
        self.store
            .collections
            .files
            .update_one(
                doc! { "_id": id, "withdrawn.at": withdrawal.at },
                doc! { "$unset": { "withdrawn": "" }, "$inc": { "version": 1_i64 } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("restore a file"))?;
        if file.state == FileState::Available {
            // Whoever was told before is not told again.
            let restored = File {
                withdrawn: None,
                ..file
            };
            self.tell_recipients(&restored, entry.at).await?;
        }
        self.record(entry).await?;
        Ok(Restored::There)
    }

    /// A document as this transaction sees it.
    pub(super) async fn read_file(&mut self, id: FileId) -> Result<Option<File>, StoreError> {
        self.store
            .collections
            .files
            .find_one(doc! { "_id": id })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find a file"))
    }
}
