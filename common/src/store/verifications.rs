//! Requests to prove an address.

use mongodb::bson::{DateTime, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{UserId, VerificationId};
use crate::queue::SendEmail;
use crate::verification::Verification;

impl Store {
    /// The request with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_verification(
        &self,
        id: VerificationId,
    ) -> Result<Option<Verification>, StoreError> {
        self.collections
            .verifications
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a verification"))
    }
}

impl Tx<'_> {
    /// Puts `verification` in the place of every earlier request of its user and enqueues its
    /// mail.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn request_verification(
        &mut self,
        verification: &Verification,
        job: crate::id::JobId,
    ) -> Result<(), StoreError> {
        self.supersede_verifications(verification.user_id, verification.created_at)
            .await?;
        self.store
            .collections
            .verifications
            .insert_one(verification)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a verification"))?;
        self.enqueue(
            SendEmail::Verify {
                user_id: verification.user_id,
                verification_id: verification.id,
            },
            job,
        )
        .await
    }

    /// Takes every outstanding request of `user` back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn supersede_verifications(
        &mut self,
        user: UserId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.store
            .collections
            .verifications
            .update_many(
                doc! { "user_id": user, "used_at": null, "superseded_at": null },
                doc! { "$set": { "superseded_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("supersede verifications"))
    }

    /// Uses up a request; `false` when it is unknown, expired, superseded or used already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn use_verification(
        &mut self,
        id: VerificationId,
        user_id: UserId,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        self.store
            .collections
            .verifications
            .update_one(
                doc! {
                    "_id": id, "user_id": user_id,
                    "used_at": null, "superseded_at": null, "expires_at": { "$gt": now },
                },
                doc! { "$set": { "used_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("use a verification"))
    }
}
