//! Uploads under way, each with a lease: what is reserved for one whose process died is given back, and its
//! bytes are removed.
//!
//! An upload's row is written before anything is reserved and removed after everything is counted or given
//! back, and each step in between can be made twice. The transaction that adds the document marks the row
//! as kept, and whoever gives the upload up marks it as void: of the two, one succeeds.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{BlobId, UserId};
use crate::storage::{Reservation, ReservationState, UsageOf, signed};

/// How many uploads of dead processes are ended at once.
const MOST_AT_ONCE: i64 = 100;

/// How long an upload waits whose bytes could not be removed, so that it does not stand in the way of others.
const POSTPONED_FOR: Duration = Duration::from_secs(5 * 60);

/// How long an upload that is given up waits for its own transaction, which may not have ended.
const END_LIMIT: Duration = Duration::from_secs(2);

impl Store {
    /// Writes down that `user` uploads, before anything is reserved.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn open_reservation(
        &self,
        upload: BlobId,
        user: UserId,
        lease: Duration,
    ) -> Result<(), StoreError> {
        let row = doc! { "user_id": user, "state": "held", "until": from_now(lease) };
        self.collections
            .storage_reservations
            .update_one(doc! { "_id": upload }, vec![doc! { "$set": row }])
            .upsert(true)
            .await
            .map(drop)
            .map_err(StoreError::database("begin an upload"))
    }

    /// Tells that the upload goes on; `false` when it was given up meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn renew_reservation(
        &self,
        upload: BlobId,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let later = doc! { "$set": { "until": from_now(lease) } };
        self.collections
            .storage_reservations
            .update_one(doc! { "_id": upload, "state": "held" }, vec![later])
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("go on with an upload"))
    }

    /// Gives an upload up unless its document exists: its bytes are removed, then what was reserved is given
    /// back. If the document exists, it is counted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; what is left to do is done by [`Self::end_expired_reservations`].
    pub async fn end_reservation(&self, upload: BlobId) -> Result<(), StoreError> {
        let void = doc! { "$set": { "state": "void", "until": "$$NOW" } };
        let rows = &self.collections.storage_reservations;
        rows.find_one_and_update(doc! { "_id": upload, "state": "held" }, vec![void])
            .max_time(END_LIMIT)
            .await
            .map_err(StoreError::database("give an upload up"))?;
        let row = rows
            .find_one(doc! { "_id": upload })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an upload"))?;
        match row {
            Some(row) => self.finish_reservation(&row).await,
            None => Ok(()),
        }
    }

    /// Ends the uploads of processes that were not heard of in time; how many those were. One whose bytes cannot be
    /// removed, for their directory or bucket fails, is left for later.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn end_expired_reservations(&self) -> Result<usize, StoreError> {
        let rows = &self.collections.storage_reservations;
        let expired = || doc! { "$expr": { "$lt": ["$until", "$$NOW"] } };
        let mut held = expired();
        held.insert("state", "held");
        rows.update_many(held, doc! { "$set": { "state": "void" } })
            .await
            .map_err(StoreError::database("give up expired uploads"))?;
        let found: Vec<Reservation> = rows
            .find(expired())
            .limit(MOST_AT_ONCE)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find expired uploads"))?
            .try_collect()
            .await
            .map_err(StoreError::database("find expired uploads"))?;
        let mut ended = 0;
        for row in &found {
            match self.finish_reservation(row).await {
                Ok(()) => ended += 1,
                Err(error @ (StoreError::Bytes { .. } | StoreError::BlobDamaged { .. })) => {
                    tracing::warn!(%error, upload = %row.upload, "an upload is not ended yet: its bytes are still there");
                    self.postpone_reservation(row.upload).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(ended)
    }

    /// Has an upload that is to be ended looked at again after a while.
    async fn postpone_reservation(&self, upload: BlobId) -> Result<(), StoreError> {
        let later = doc! { "$set": { "until": from_now(POSTPONED_FOR) } };
        self.collections
            .storage_reservations
            .update_one(
                doc! { "_id": upload, "state": { "$ne": "held" } },
                vec![later],
            )
            .await
            .map(drop)
            .map_err(StoreError::database("end an upload later"))
    }

    /// Counts the document of a kept upload, or removes the bytes of a void one, and forgets the upload. Parts
    /// that it arrived in are needed no more in either case.
    async fn finish_reservation(&self, row: &Reservation) -> Result<(), StoreError> {
        let document = match row.state {
            // Marked by somebody else since it was read.
            ReservationState::Held => return Ok(()),
            ReservationState::Kept => {
                self.remove_parts_of(row.upload).await?;
                row.size_bytes
            }
            ReservationState::Void => {
                self.delete_blob(row.upload).await?;
                self.remove_parts_of(row.upload).await?;
                None
            }
        };
        self.settle_reservation(row.upload, row.user_id, document)
            .await
    }

    /// Gives back what a request has reserved for an upload that had just been ended, which it did not know. What is
    /// reserved for one that goes on, or is to be counted, stays.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; counting anew finds it then.
    pub async fn release_ended_reservation(
        &self,
        upload: BlobId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let goes_on = self
            .collections
            .storage_reservations
            .find_one(doc! { "_id": upload, "state": { "$ne": "void" } })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find an upload"))?;
        if goes_on.is_some() {
            return Ok(());
        }
        for of in [UsageOf::Everybody, UsageOf::Person(user)] {
            self.release_storage(of, upload, None).await?;
        }
        Ok(())
    }

    /// Counts the document that became of an upload, if one did, instead of what was reserved, and forgets
    /// the upload.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`]; what is left to do is done by [`Self::end_expired_reservations`].
    pub async fn settle_reservation(
        &self,
        upload: BlobId,
        user: UserId,
        document: Option<i64>,
    ) -> Result<(), StoreError> {
        for of in [UsageOf::Everybody, UsageOf::Person(user)] {
            self.release_storage(of, upload, document).await?;
        }
        self.collections
            .storage_reservations
            .delete_one(doc! { "_id": upload })
            .await
            .map(drop)
            .map_err(StoreError::database("end an upload"))
    }
}

impl Tx<'_> {
    /// Marks that the document of an upload exists, if this transaction commits.
    ///
    /// # Errors
    ///
    /// [`StoreError::UploadExpired`] when the upload was given up; [`StoreError::Database`].
    pub async fn keep_reservation(
        &mut self,
        upload: BlobId,
        size_bytes: u64,
    ) -> Result<(), StoreError> {
        let kept = doc! { "state": "kept", "size_bytes": signed(size_bytes) };
        let marked = self
            .store
            .collections
            .storage_reservations
            .update_one(
                doc! { "_id": upload, "state": "held" },
                doc! { "$set": kept },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("keep an upload"))?;
        match marked.matched_count {
            1 => Ok(()),
            _ => Err(StoreError::UploadExpired),
        }
    }
}

/// The server's time after `lease`.
pub(super) fn from_now(lease: Duration) -> Document {
    let millis = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    doc! { "$add": ["$$NOW", millis] }
}
