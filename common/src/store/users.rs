//! Accounts.

use mongodb::bson::{DateTime, doc};

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

    /// The account with this address (as it is compared).
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_user_by_email_key(&self, key: &str) -> Result<Option<User>, StoreError> {
        self.collections
            .users
            .find_one(doc! { "email_key": key })
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

    /// The account with this address (as it is compared).
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_user_by_email_key(&mut self, key: &str) -> Result<Option<User>, StoreError> {
        self.store
            .collections
            .users
            .find_one(doc! { "email_key": key })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find a user by address"))
    }

    /// Lets an unproven account start over with the password and name of a repeated sign-up.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn restart_unverified(
        &mut self,
        id: UserId,
        password_hash: &str,
        name: Option<&str>,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.store
            .collections
            .users
            .update_one(
                doc! { "_id": id, "email_verified_at": null },
                doc! { "$set": { "password_hash": password_hash, "name": name, "updated_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("restart an unverified account"))
    }

    /// Gives an account whose address was never proven to somebody an operator vouches for: role,
    /// password and name of `user`, and no link of an earlier mail works any more. `false` when
    /// the account is proven, and so somebody's already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_over_unverified(
        &mut self,
        id: UserId,
        user: &User,
    ) -> Result<bool, StoreError> {
        let taken = self
            .store
            .collections
            .users
            .update_one(
                doc! { "_id": id, "email_verified_at": null },
                doc! { "$set": {
                    "role": user.role.as_str(), "password_hash": &user.password_hash,
                    "name": user.name.as_deref(), "email_verified_at": user.email_verified_at,
                    "updated_at": user.updated_at,
                } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("take over an unverified account"))?;
        self.supersede_verifications(id, user.updated_at).await?;
        Ok(taken.modified_count == 1)
    }

    /// Records that an account's address was proven; a proven one stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mark_email_verified(
        &mut self,
        id: UserId,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.store
            .collections
            .users
            .update_one(
                doc! { "_id": id, "email_verified_at": null },
                doc! { "$set": { "email_verified_at": now, "updated_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("record a proven address"))
    }
}
