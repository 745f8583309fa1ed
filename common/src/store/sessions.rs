//! Signed-in sessions.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};

use super::recent::until_forgotten;
use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{SessionId, UserId};
use crate::session::{MAX_SESSIONS, Session};
use crate::user::User;

impl Store {
    /// The session with this id, ended or not.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.collections
            .sessions
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a session"))
    }

    /// At most `limit` sessions of a person that stand at `now`, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_sessions(
        &self,
        user_id: UserId,
        after: Option<SessionId>,
        limit: i64,
        now: DateTime,
    ) -> Result<Vec<Session>, StoreError> {
        let mut filter = doc! {
            "user_id": user_id, "revoked_at": null,
            "idle_expires_at": { "$gt": now }, "absolute_expires_at": { "$gt": now },
        };
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        self.collections
            .sessions
            .find(filter)
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list sessions"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list sessions"))
    }

    /// Has a session that stands at `now`, and ends at the time that `session` has unless it is used, end at `until`
    /// instead; `false` when somebody else was first, or it has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn extend_session(
        &self,
        session: &Session,
        until: DateTime,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let standing = doc! {
            "_id": session.id, "revoked_at": null, "idle_expires_at": session.idle_expires_at,
            "absolute_expires_at": { "$gt": now },
        };
        self.collections
            .sessions
            .update_one(standing, doc! { "$set": { "idle_expires_at": until } })
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("extend a session"))
    }

    /// Ends a session; ending it twice changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_session(&self, id: SessionId, now: DateTime) -> Result<(), StoreError> {
        self.collections
            .sessions
            .update_one(
                doc! { "_id": id, "revoked_at": null },
                doc! { "$set": { "revoked_at": now } },
            )
            .await
            .map_err(StoreError::database("end a session"))?;
        until_forgotten().await;
        Ok(())
    }
}

impl Tx<'_> {
    /// Adds the session that `user` opens; `false` when the account is not what it was any more:
    /// gone, disabled, or changed since `user` was read.
    ///
    /// It writes to the account, so that of a log-in and a change of the account at the same time
    /// one comes after the other: no session is left behind that the change does not know of. What is
    /// written is always another value, for setting the same one again is no write.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn open_session(
        &mut self,
        user: &User,
        session: &Session,
    ) -> Result<bool, StoreError> {
        let unchanged = doc! {
            "_id": user.id, "role": user.role.as_str(), "updated_at": user.updated_at,
            "disabled_at": null,
        };
        let logged_in = doc! {
            "$set": { "last_log_in_at": session.created_at }, "$inc": { "log_ins": 1_i64 },
        };
        let collections = &self.store.collections;
        let found = collections
            .users
            .update_one(unchanged, logged_in)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("record a log-in"))?;
        if found.matched_count == 0 {
            return Ok(false);
        }
        collections
            .sessions
            .insert_one(session)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a session"))?;
        self.remove_surplus_sessions(user.id).await?;
        Ok(true)
    }

    /// Removes all but the newest [`MAX_SESSIONS`] of a person, ended ones included.
    async fn remove_surplus_sessions(&mut self, user_id: UserId) -> Result<(), StoreError> {
        let sessions = &self.store.collections.sessions;
        let surplus = sessions
            .clone_with_type::<Document>()
            .find_one(doc! { "user_id": user_id })
            .projection(doc! { "_id": 1 })
            .sort(doc! { "_id": -1 })
            .skip(MAX_SESSIONS)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("look for surplus sessions"))?;
        let Some(newest) = surplus.as_ref().and_then(|row| row.get("_id")) else {
            return Ok(());
        };
        // Nobody is told that they have ended: no process needs to have forgotten them.
        sessions
            .delete_many(doc! { "user_id": user_id, "_id": { "$lte": newest } })
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("remove surplus sessions"))
    }

    /// Ends a session; ending it twice changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_session(&mut self, id: SessionId, now: DateTime) -> Result<(), StoreError> {
        self.outdates_recent();
        self.store
            .collections
            .sessions
            .update_one(
                doc! { "_id": id, "revoked_at": null },
                doc! { "$set": { "revoked_at": now } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("end a session"))
    }

    /// Ends every session of a person, but for the one to `keep`; how many there were.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn end_sessions(
        &mut self,
        user_id: UserId,
        keep: Option<SessionId>,
        now: DateTime,
    ) -> Result<u64, StoreError> {
        self.outdates_recent();
        let mut sessions = doc! { "user_id": user_id, "revoked_at": null };
        if let Some(keep) = keep {
            sessions.insert("_id", doc! { "$ne": keep });
        }
        self.store
            .collections
            .sessions
            .update_many(sessions, doc! { "$set": { "revoked_at": now } })
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count)
            .map_err(StoreError::database("end a person's sessions"))
    }
}
