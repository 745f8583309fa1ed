//! Accounts.

use mongodb::bson::doc;

use super::{Conflict, OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::UserId;
use crate::user::User;

/// The unique index on the addresses; its name is how a clash is recognised.
pub const EMAIL_KEY_INDEX: &str = "email_key_unique";

impl Store {
    /// The account with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.collections
            .users
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a user"))
    }

    /// The account with this address (as it is compared), which was proven.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_user_by_email_key(&self, key: &str) -> Result<Option<User>, StoreError> {
        self.collections
            .users
            .find_one(doc! { "email_key": key, "email_verified_at": { "$ne": null } })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a user by address"))
    }

    /// Stores a better hash of the same password, unless the password was changed meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn rehash_password(
        &self,
        id: UserId,
        old_hash: &str,
        new_hash: &str,
    ) -> Result<(), StoreError> {
        self.collections
            .users
            .update_one(
                doc! { "_id": id, "password_hash": old_hash },
                doc! { "$set": { "password_hash": new_hash } },
            )
            .await
            .map(drop)
            .map_err(StoreError::database("store a better password hash"))
    }
}

impl Tx<'_> {
    /// Adds an account.
    ///
    /// # Errors
    ///
    /// [`Conflict::Email`] when the address has one; [`StoreError::Database`].
    pub async fn insert_user(&mut self, user: &User) -> Result<(), StoreError> {
        self.store
            .collections
            .users
            .insert_one(user)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("add a user"))
            .map_err(|error| error.or_conflict(EMAIL_KEY_INDEX, Conflict::Email))
    }

    /// Removes an account whose address was never proven. Only an API of the release before makes
    /// such accounts, while it is being replaced.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub(crate) async fn remove_unverified(&mut self, email_key: &str) -> Result<(), StoreError> {
        self.store
            .collections
            .users
            .delete_one(doc! { "email_key": email_key, "email_verified_at": null })
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("remove an unverified account"))
    }
}
