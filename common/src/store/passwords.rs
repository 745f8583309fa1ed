//! Passwords that are replaced.

use mongodb::bson::{DateTime, doc};

use super::{StoreError, Tx};
use crate::id::{JobId, SessionId};
use crate::queue::SendEmail;
use crate::reset::ResetOf;
use crate::user::User;

/// Another password for an account.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// Whose, as the account was when this was decided.
    pub user: User,
    /// Argon2id in PHC string form.
    pub password_hash: String,
    /// Whether the one that `user` has must still be the account's.
    pub only_if_unchanged: bool,
    /// The session that goes on; every other ends.
    pub keep: Option<SessionId>,
    /// The id of the job that tells the owner.
    pub job: JobId,
}

impl Tx<'_> {
    /// Gives an account another password, ends its sessions and whatever else could replace the
    /// password, and enqueues a mail that tells the owner; `false` when the account is gone or the
    /// password was changed meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn replace_password(
        &mut self,
        new: &NewPassword,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let user = &new.user;
        let mut account = doc! { "_id": user.id };
        if new.only_if_unchanged {
            account.insert("password_hash", &user.password_hash);
        }
        let changed = self
            .store
            .collections
            .users
            .update_one(
                account,
                doc! { "$set": { "password_hash": &new.password_hash, "updated_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("replace a password"))?;
        if changed.matched_count == 0 {
            return Ok(false);
        }
        self.end_resets(ResetOf::Password, &user.email_key).await?;
        self.end_sessions(user.id, new.keep, now).await?;
        let told = SendEmail::PasswordChanged { user_id: user.id };
        self.enqueue(told, new.job).await?;
        Ok(true)
    }
}
