//! Refresh tokens, traded in for their successors.

use mongodb::bson::{DateTime, doc, serialize_to_bson};

use super::{Store, StoreError};
use crate::digest::Sha256;
use crate::session::{Origin, RefreshSeed, Session};

/// How many trades of a session are remembered, for those that come within the grace.
const REMEMBERED_TRADES: i32 = 20;

/// How many traded-in tokens without a number are remembered, to recognise a replay.
const REMEMBERED_TOKENS: i32 = 50;

/// A refresh token that comes in the place of another.
#[derive(Clone, Debug)]
pub struct Trade {
    /// The digest of the new token.
    pub new: Sha256,
    /// What it is derived from.
    pub seed: RefreshSeed,
    /// The digest of the old token when it carries no number, to recognise a replay.
    pub remembered: Option<Sha256>,
    /// The digest of the old token when another key made it than the new one's.
    pub other_key: Option<Sha256>,
    /// Who trades.
    pub origin: Origin,
    /// When the session ends unless the new token is traded in.
    pub idle_expires_at: DateTime,
    /// When it happens.
    pub now: DateTime,
}

impl Store {
    /// Puts a new refresh token in the place of the one that `session` has; `false` when the session
    /// has another by now, or has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn trade_refresh_token(
        &self,
        session: &Session,
        trade: &Trade,
    ) -> Result<bool, StoreError> {
        let now = trade.now;
        let origin = serialize_to_bson(&trade.origin).expect("strings are BSON");
        let mut remembered = doc! {
            "traded_at": { "$each": [now], "$slice": -REMEMBERED_TRADES },
        };
        if let Some(old) = trade.remembered {
            let old = doc! { "$each": [old.to_string()], "$slice": -REMEMBERED_TOKENS };
            remembered.insert("used_refresh_sha256", old);
        }
        let mut set = doc! {
            "refresh_sha256": trade.new.to_string(),
            "refresh_generation": session.refresh_generation + 1,
            "refresh_seed": trade.seed.as_str(),
            "idle_expires_at": trade.idle_expires_at,
            "origin": origin,
        };
        if let Some(old) = trade.other_key {
            set.insert("other_key_sha256", old.to_string());
        }
        self.collections
            .sessions
            .update_one(
                doc! {
                    "_id": session.id, "refresh_sha256": session.refresh_sha256.to_string(),
                    "revoked_at": null,
                    "idle_expires_at": { "$gt": now }, "absolute_expires_at": { "$gt": now },
                },
                doc! { "$set": set, "$push": remembered },
            )
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("trade a refresh token in"))
    }
}
