//! Signed-in sessions.

use mongodb::bson::{DateTime, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::digest::Sha256;
use crate::id::{SessionId, UserId};
use crate::session::Session;

/// How many traded-in refresh tokens of a session are remembered, to recognise a replay.
const REMEMBERED_REFRESH_TOKENS: i32 = 50;

impl Store {
    /// Adds a session.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        self.collections
            .sessions
            .insert_one(session)
            .await
            .map(drop)
            .map_err(StoreError::database("add a session"))
    }

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

    /// Puts the refresh token `new` in the place of `old`; `false` when `old` was not the good
    /// one, or the session has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn rotate_refresh_token(
        &self,
        id: SessionId,
        old: Sha256,
        new: Sha256,
        idle_expires_at: DateTime,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        self.collections
            .sessions
            .update_one(
                doc! {
                    "_id": id, "refresh_sha256": old.to_string(), "revoked_at": null,
                    "idle_expires_at": { "$gt": now }, "absolute_expires_at": { "$gt": now },
                },
                doc! {
                    "$set": {
                        "refresh_sha256": new.to_string(), "idle_expires_at": idle_expires_at,
                    },
                    "$push": { "used_refresh_sha256": {
                        "$each": [old.to_string()], "$slice": -REMEMBERED_REFRESH_TOKENS,
                    } },
                },
            )
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("rotate a refresh token"))
    }

    /// Ends the session in which the refresh token `used` was traded in before; `false` when it
    /// never was, so that nobody can end a session by making tokens up.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_replayed(
        &self,
        id: SessionId,
        used: Sha256,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        self.collections
            .sessions
            .update_one(
                doc! { "_id": id, "used_refresh_sha256": used.to_string(), "revoked_at": null },
                doc! { "$set": { "revoked_at": now } },
            )
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("end a replayed session"))
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
            .map(drop)
            .map_err(StoreError::database("end a session"))
    }
}

impl Tx<'_> {
    /// Adds a session.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        self.store
            .collections
            .sessions
            .insert_one(session)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("add a session"))
    }

    /// Ends a session; ending it twice changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_session(&mut self, id: SessionId, now: DateTime) -> Result<(), StoreError> {
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
