//! Lists of accounts.

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::{OPERATION_LIMIT, Store, StoreError};
use crate::id::UserId;
use crate::user::{Role, User, UserState};

/// Which accounts a list shows: those that are all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Those with this role.
    pub role: Option<Role>,
    /// Those in this state.
    pub state: Option<UserState>,
    /// Those with this text in their address, in upper or lower case.
    pub address: Option<String>,
}

impl UserFilter {
    fn document(&self) -> Document {
        let mut filter = doc! {};
        if let Some(role) = self.role {
            filter.insert("role", role.as_str());
        }
        match self.state {
            Some(UserState::Active) => filter.insert("disabled_at", doc! { "$eq": null }),
            Some(UserState::Disabled) => filter.insert("disabled_at", doc! { "$type": "date" }),
            None => None,
        };
        if let Some(address) = &self.address {
            let text = doc! { "$literal": address.to_lowercase() };
            let position = doc! { "$indexOfBytes": ["$email_key", text] };
            filter.insert("$expr", doc! { "$gte": [position, 0] });
        }
        filter
    }
}

impl Store {
    /// How many accounts of `filter` there are.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_users(&self, filter: &UserFilter) -> Result<u64, StoreError> {
        self.collections
            .users
            .count_documents(filter.document())
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("count users"))
    }

    /// At most `limit` accounts of `filter`, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_users(
        &self,
        filter: &UserFilter,
        after: Option<UserId>,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        let mut filter = filter.document();
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        self.collections
            .users
            .find(filter)
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list users"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list users"))
    }
}
