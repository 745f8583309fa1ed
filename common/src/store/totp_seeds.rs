//! The seeds of second factors, as the database holds them.

use futures_util::TryStreamExt;
use mongodb::bson::doc;
use serde::Deserialize;

use super::{OPERATION_LIMIT, Store, StoreError};
use crate::id::UserId;

/// An account and its seed, if it has one.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountSeed {
    /// Whose.
    #[serde(rename = "_id")]
    pub user_id: UserId,
    totp: Option<Seed>,
}

#[derive(Clone, Deserialize)]
struct Seed {
    sealed_seed: String,
}

/// Shows nothing.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl AccountSeed {
    /// The seed as it is sealed, if the account has a second factor, enabled or begun.
    pub fn sealed_seed(&self) -> Option<&str> {
        self.totp.as_ref().map(|totp| totp.sealed_seed.as_str())
    }
}

impl Store {
    /// At most `limit` accounts, those without a second factor included, oldest first, newer than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_totp_seeds(
        &self,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<AccountSeed>, StoreError> {
        let filter = after.map_or_else(|| doc! {}, |id| doc! { "_id": { "$gt": id } });
        let users = self.collections.users.clone_with_type::<AccountSeed>();
        users
            .find(filter)
            .projection(doc! { "totp.sealed_seed": 1 })
            .sort(doc! { "_id": 1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list seeds of second factors"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list seeds of second factors"))
    }

    /// Puts a seed that is sealed otherwise in the place of `old`; `false` when the account has another one
    /// by now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn replace_totp_seed(
        &self,
        id: UserId,
        old: &str,
        new: &str,
    ) -> Result<bool, StoreError> {
        self.collections
            .users
            .update_one(
                doc! { "_id": id, "totp.sealed_seed": old },
                doc! { "$set": { "totp.sealed_seed": new } },
            )
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("seal a seed anew"))
    }
}
