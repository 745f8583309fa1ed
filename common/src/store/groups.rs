//! Groups that documents are meant for.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};
use serde::Deserialize;

use super::id_only::IdOnly;
use super::{OPERATION_LIMIT, Store, StoreError};
use crate::group::{Group, GroupName};
use crate::id::GroupId;

/// A group in a list, where its members are only counted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CountedGroup {
    /// Which group.
    #[serde(rename = "_id")]
    pub id: GroupId,
    /// What it is called.
    pub name: GroupName,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: DateTime,
    /// When it was changed last.
    pub updated_at: DateTime,
}

impl Store {
    /// The group with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.collections
            .groups
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a group"))
    }

    /// The id of the group with this name, however its letters are written.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_group_called(&self, name: &GroupName) -> Result<Option<GroupId>, StoreError> {
        let ids = self.collections.groups.clone_with_type::<IdOnly<GroupId>>();
        let found = ids
            .find_one(doc! { "name_key": name.key() })
            .projection(doc! { "_id": 1 })
            .max_time(OPERATION_LIMIT)
            .await;
        let found = found.map_err(StoreError::database("find a group by its name"))?;
        Ok(found.map(|it| it.id))
    }

    /// The groups that whoever has this address (as it is compared) is in.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn groups_of(&self, email_key: &str) -> Result<Vec<GroupId>, StoreError> {
        let ids = self.collections.groups.clone_with_type::<IdOnly<GroupId>>();
        let found = ids
            .find(doc! { "members": email_key })
            .projection(doc! { "_id": 1 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find somebody's groups"))?;
        let ids = found.map_ok(|it| it.id).try_collect().await;
        ids.map_err(StoreError::database("find somebody's groups"))
    }

    /// At most `limit` groups, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_groups(
        &self,
        after: Option<GroupId>,
        limit: i64,
    ) -> Result<Vec<CountedGroup>, StoreError> {
        let filter = after.map_or_else(Document::new, |after| doc! { "_id": { "$lt": after } });
        let counted = self.collections.groups.clone_with_type::<CountedGroup>();
        let found = counted
            .find(filter)
            .projection(doc! {
                "name": 1, "created_at": 1, "updated_at": 1,
                "members": { "$toLong": { "$size": "$members" } },
            })
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list groups"))?;
        let groups = found.try_collect().await;
        groups.map_err(StoreError::database("list groups"))
    }
}
