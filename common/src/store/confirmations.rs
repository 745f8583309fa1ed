//! Sign-ups that become accounts.

use mongodb::bson::{DateTime, doc};
use mongodb::options::ReturnDocument;

use super::attempts::Limit;
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::SignUpId;
use crate::sign_up::SignUp;
use crate::user::User;

impl Store {
    /// Takes one of the tries at a sign-up's password; the sign-up, while it can be confirmed and
    /// has one left.
    ///
    /// One that cannot is counted elsewhere instead: one read and one write either way, so that time does not
    /// tell which it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_try(
        &self,
        id: SignUpId,
        now: DateTime,
    ) -> Result<Option<SignUp>, StoreError> {
        let live = doc! { "_id": id, "expires_at": { "$gt": now }, "tries_left": { "$gt": 0 } };
        let sign_ups = &self.collections.sign_ups;
        let found = sign_ups
            .find_one(live.clone())
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a sign-up"))?;
        if found.is_none() {
            let (what, within) = (format!("sign-up:{id}"), Limit::QUARTER_OF_AN_HOUR);
            self.count_attempt(&what, within, now).await?;
            return Ok(None);
        }
        sign_ups
            .find_one_and_update(live, doc! { "$inc": { "tries_left": -1 } })
            .return_document(ReturnDocument::After)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count a try at a sign-up"))
    }

    /// Gives back a try in which no password was looked at.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn give_try_back(&self, id: SignUpId) -> Result<(), StoreError> {
        self.collections
            .sign_ups
            .update_one(doc! { "_id": id }, doc! { "$inc": { "tries_left": 1 } })
            .await
            .map(drop)
            .map_err(StoreError::database("give a try at a sign-up back"))
    }
}

impl Tx<'_> {
    /// Makes a sign-up an account and ends the others of its address; `false` when it cannot be
    /// confirmed (any more).
    ///
    /// # Errors
    ///
    /// [`Conflict::Email`](super::Conflict::Email) when the address has an account;
    /// [`StoreError::Database`].
    pub async fn confirm_sign_up(
        &mut self,
        id: SignUpId,
        user: &User,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let taken = self
            .store
            .collections
            .sign_ups
            .delete_one(doc! { "_id": id, "expires_at": { "$gt": now } })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("confirm a sign-up"))?;
        if taken.deleted_count == 0 {
            return Ok(false);
        }
        self.claim_address(user).await?;
        Ok(true)
    }

    /// Adds an account and ends every sign-up and invitation of its address.
    ///
    /// # Errors
    ///
    /// [`Conflict::Email`](super::Conflict::Email) when the address has an account;
    /// [`StoreError::Database`].
    pub async fn claim_address(&mut self, user: &User) -> Result<(), StoreError> {
        self.store
            .collections
            .sign_ups
            .delete_many(doc! { "email_key": &user.email_key })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("end sign-ups"))?;
        self.end_invitations(&user.email_key).await?;
        self.remove_unverified(&user.email_key).await?;
        self.insert_user(user).await
    }
}
