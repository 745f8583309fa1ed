//! What people who run the service do to accounts. Each ends the sessions of the account.

use mongodb::bson::{Bson, DateTime, Document, doc};

use super::{OPERATION_LIMIT, StoreError, Tx};
use crate::audit::{Act, AuditEntry};
use crate::id::UserId;
use crate::user::{Role, User};

/// Something that is done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAction {
    /// Gives it another role.
    SetRole(Role),
    /// Lets nobody log in.
    Disable,
    /// Lets its owner log in again.
    Enable,
    /// Removes it, with what is known of the person.
    Delete,
}

impl UserAction {
    /// What the audit calls it.
    pub fn act(self) -> Act {
        match self {
            Self::SetRole(_) => Act::SetRole,
            Self::Disable => Act::DisableUser,
            Self::Enable => Act::EnableUser,
            Self::Delete => Act::DeleteUser,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum UserChange {
    /// It is as was asked, and was perhaps before: the account as it now is, or was when it was
    /// deleted.
    Made(Box<User>),
    /// There is no such account.
    Unknown,
    /// There would be no admin left who can log in; nothing was changed.
    LastAdmin,
}

impl Tx<'_> {
    /// Does something to an account, and records it as `entry`. What it ends and erases is ended and
    /// erased with it. Nothing is recorded where nothing changes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn change_user(
        &mut self,
        id: UserId,
        action: UserAction,
        entry: AuditEntry,
        now: DateTime,
    ) -> Result<UserChange, StoreError> {
        let Some(mut user) = self.read_user(id).await? else {
            return Ok(UserChange::Unknown);
        };
        let changes = match action {
            UserAction::SetRole(role) => user.role != role,
            UserAction::Disable => !user.is_disabled(),
            UserAction::Enable => user.is_disabled(),
            UserAction::Delete => true,
        };
        if !changes {
            return Ok(UserChange::Made(user.into()));
        }
        if is_working_admin(&user) && !self.keep_another_admin(id).await? {
            return Ok(UserChange::LastAdmin);
        }
        let entry = match action {
            UserAction::SetRole(role) => entry.with_detail(role.as_str()),
            UserAction::Disable | UserAction::Enable | UserAction::Delete => entry,
        };
        self.record(entry.about(id)).await?;
        user.updated_at = now;
        match action {
            UserAction::SetRole(role) => user.role = role,
            UserAction::Disable => user.disabled_at = Some(now),
            UserAction::Enable => user.disabled_at = None,
            UserAction::Delete => {
                self.erase_user(&user).await?;
                return Ok(UserChange::Made(user.into()));
            }
        }
        let disabled_at = user.disabled_at.map_or(Bson::Null, Bson::DateTime);
        let fields = doc! {
            "role": user.role.as_str(), "disabled_at": disabled_at, "updated_at": now,
        };
        // The account comes first: each log-in writes to it, and one that is committed between our look
        // at it and our write makes us begin again. After the write it is they who wait.
        let written = self.update_user(id, fields).await;
        self.outrun_log_ins(id, written).await?;
        self.end_sessions(id, None, now).await?;
        self.revoke_links_of_client(id).await?;
        self.end_invitations_by(id, user.invites_to()).await?;
        Ok(UserChange::Made(user.into()))
    }

    pub(super) async fn read_user(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.store
            .collections
            .users
            .find_one(doc! { "_id": id })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("find a user"))
    }

    /// Hands on what became of the transaction's first write to an account. Where others were writing to
    /// it, log-ins under way are made to fail before the transaction begins again: those that come
    /// have to hash a password first, which leaves it the time. Otherwise somebody who keeps logging in
    /// could not be disabled.
    pub(super) async fn outrun_log_ins<T>(
        &mut self,
        id: UserId,
        written: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if written.as_ref().is_err_and(StoreError::is_transient) {
            // The server has ended the transaction; this is outside of it. A log-in goes by the instant of
            // the last change.
            let another = doc! { "$set": { "updated_at": { "$add": ["$updated_at", 1_i64] } } };
            let users = &self.store.collections.users;
            let held = users
                .find_one_and_update(doc! { "_id": id }, vec![another])
                .max_time(OPERATION_LIMIT);
            // Where this fails, the transaction is tried again without it.
            let _ = held.await;
        }
        written
    }

    async fn update_user(&mut self, id: UserId, fields: Document) -> Result<(), StoreError> {
        self.outdates_recent();
        self.store
            .collections
            .users
            .update_one(doc! { "_id": id }, doc! { "$set": fields })
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("change a user"))
    }

    /// Makes sure that another admin stays who can log in; `false` when there is none.
    ///
    /// It writes to the one who stays. Who takes the rights of that one at the same time writes there,
    /// too, and one of the two comes after the other: no two admins can each be the one who stays
    /// for the other.
    async fn keep_another_admin(&mut self, leaving: UserId) -> Result<bool, StoreError> {
        self.store
            .collections
            .users
            .update_one(
                doc! {
                    "_id": { "$ne": leaving }, "role": Role::Admin.as_str(),
                    "email_verified_at": { "$ne": null }, "disabled_at": null,
                },
                doc! { "$inc": { "stayed_as_admin": 1_i64 } },
            )
            .session(&mut *self.session)
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("find another admin"))
    }
}

fn is_working_admin(user: &User) -> bool {
    user.role == Role::Admin && user.is_verified() && !user.is_disabled()
}
