//! Second factors of accounts.

use mongodb::bson::{DateTime, Document, doc};

use super::{Store, StoreError, Tx};
use crate::digest::Sha256;
use crate::id::{JobId, SessionId, UserId};
use crate::queue::SendEmail;
use crate::totp::Totp;

impl Store {
    /// Takes the code of a time step, once; `false` when it or a later one was taken. The seed is stored
    /// as it is sealed now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_totp_step(
        &self,
        id: UserId,
        step: i64,
        sealed_seed: &str,
    ) -> Result<bool, StoreError> {
        let not_taken = doc! { "_id": id, "totp.last_step": { "$lt": step } };
        let taken = doc! { "totp.last_step": step, "totp.sealed_seed": sealed_seed };
        self.collections
            .users
            .update_one(not_taken, doc! { "$set": taken })
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("take a one-time code"))
    }

    /// Takes a recovery code, once; `false` when it is none (any more).
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_recovery_code(&self, id: UserId, code: Sha256) -> Result<bool, StoreError> {
        let code = code.to_string();
        self.collections
            .users
            .update_one(
                doc! { "_id": id, "totp.recovery_sha256": &code },
                doc! { "$pull": { "totp.recovery_sha256": &code } },
            )
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("take a recovery code"))
    }
}

/// A change of an account's second factor.
#[derive(Clone, Copy, Debug)]
pub struct SecondFactorChange {
    /// Whose.
    pub user_id: UserId,
    /// The session that goes on; every other ends.
    pub keep: Option<SessionId>,
    /// The id of the job that tells the owner.
    pub job: JobId,
}

impl Tx<'_> {
    /// Stores a second factor that is not enabled yet, in the place of another such; `false` when one is
    /// enabled.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn begin_totp(&mut self, id: UserId, totp: &Totp) -> Result<bool, StoreError> {
        self.store
            .collections
            .users
            .update_one(
                doc! { "_id": id, "totp.enabled_at": null },
                doc! { "$set": { "totp": document(totp) } },
            )
            .session(&mut *self.session)
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("begin a second factor"))
    }

    /// Enables a second factor that was begun, ends the other sessions, and enqueues a mail that tells
    /// the owner; `false` when another was begun meanwhile, or one is enabled.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn enable_totp(
        &mut self,
        change: SecondFactorChange,
        totp: &Totp,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let begun = doc! {
            "_id": change.user_id, "totp.enabled_at": null, "totp.sealed_seed": &totp.sealed_seed,
        };
        let enabled = doc! {
            "totp.enabled_at": now, "totp.last_step": totp.last_step,
            "totp.recovery_sha256": digests(totp), "updated_at": now,
        };
        let result = self
            .store
            .collections
            .users
            .update_one(begun, doc! { "$set": enabled })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("enable a second factor"))?;
        if result.matched_count == 0 {
            return Ok(false);
        }
        if let Some(session) = change.keep {
            self.record_second_factor(session, true).await?;
        }
        self.tell_of_second_factor(change, true, now).await?;
        Ok(true)
    }

    /// Removes an enabled second factor, also from the session that goes on, ends the other sessions, and
    /// enqueues a mail that tells the owner; `false` when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn disable_totp(
        &mut self,
        change: SecondFactorChange,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let result = self
            .store
            .collections
            .users
            .update_one(
                doc! { "_id": change.user_id, "totp.enabled_at": { "$ne": null } },
                doc! { "$unset": { "totp": "" }, "$set": { "updated_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("disable a second factor"))?;
        if result.matched_count == 0 {
            return Ok(false);
        }
        if let Some(session) = change.keep {
            self.record_second_factor(session, false).await?;
        }
        self.tell_of_second_factor(change, false, now).await?;
        Ok(true)
    }

    async fn record_second_factor(
        &mut self,
        session: SessionId,
        second_factor: bool,
    ) -> Result<(), StoreError> {
        self.outdates_recent();
        self.store
            .collections
            .sessions
            .update_one(
                doc! { "_id": session },
                doc! { "$set": { "second_factor": second_factor } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("record a second factor"))
    }

    async fn tell_of_second_factor(
        &mut self,
        change: SecondFactorChange,
        enabled: bool,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let SecondFactorChange { user_id, keep, job } = change;
        self.end_sessions(user_id, keep, now).await?;
        self.enqueue(SendEmail::SecondFactorChanged { user_id, enabled }, job)
            .await
    }
}

fn document(totp: &Totp) -> Document {
    doc! {
        "sealed_seed": &totp.sealed_seed, "begun_at": totp.begun_at, "enabled_at": totp.enabled_at,
        "last_step": totp.last_step, "recovery_sha256": digests(totp),
    }
}

fn digests(totp: &Totp) -> Vec<String> {
    totp.recovery_sha256.iter().map(Sha256::to_string).collect()
}
