//! What is done to groups.
//!
//! Whoever makes a document meant for a group writes to the group, in the same transaction: of that and of the
//! group's deletion, one comes after the other and sees it.

use mongodb::bson::{DateTime, doc};
use mongodb::options::ReturnDocument;

use super::{Conflict, StoreError, Tx};
use crate::group::{Group, GroupName};
use crate::id::GroupId;

/// What is changed of a group.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupChange {
    /// It gets this name.
    Name(GroupName),
    /// It has these members: addresses, as they are compared.
    Members(Vec<String>),
}

/// What came of the deletion of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupDeletion {
    /// It is deleted.
    Deleted,
    /// So many documents are meant for it; nothing was changed.
    InUse(u64),
    /// There is no such group.
    Unknown,
}

impl Tx<'_> {
    /// Adds a group.
    ///
    /// # Errors
    ///
    /// [`Conflict::GroupName`] when another group has the name; [`StoreError::Database`].
    pub async fn insert_group(&mut self, group: &Group) -> Result<(), StoreError> {
        self.store
            .collections
            .groups
            .insert_one(group)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("add a group"))
            .map_err(|error| error.or_conflict("by_name", Conflict::GroupName))
    }

    /// Changes a group; the group as it was before, or `None` when there is none, or it is not the `expected` one any
    /// more.
    ///
    /// # Errors
    ///
    /// [`Conflict::GroupName`] when another group has the name; [`StoreError::Database`].
    pub async fn change_group(
        &mut self,
        id: GroupId,
        expected: Option<&Group>,
        change: &GroupChange,
        now: DateTime,
    ) -> Result<Option<Group>, StoreError> {
        let fields = match change {
            GroupChange::Name(name) => {
                doc! { "name": name.as_str(), "name_key": name.key(), "updated_at": now }
            }
            GroupChange::Members(members) => doc! { "members": members, "updated_at": now },
        };
        let mut filter = doc! { "_id": id };
        if let Some(expected) = expected {
            filter.insert("name", expected.name.as_str());
            filter.insert("members", &expected.members);
        }
        self.store
            .collections
            .groups
            .find_one_and_update(filter, doc! { "$set": fields })
            .return_document(ReturnDocument::Before)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("change a group"))
            .map_err(|error| error.or_conflict("by_name", Conflict::GroupName))
    }

    /// Deletes a group, unless documents are meant for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn delete_group(&mut self, id: GroupId) -> Result<GroupDeletion, StoreError> {
        let documents = self
            .store
            .collections
            .files
            .count_documents(doc! { "recipients": id })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("count the documents of a group"))?;
        if documents > 0 {
            return Ok(GroupDeletion::InUse(documents));
        }
        let deleted = self
            .store
            .collections
            .groups
            .delete_one(doc! { "_id": id })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("delete a group"))?;
        Ok(match deleted.deleted_count {
            0 => GroupDeletion::Unknown,
            _ => GroupDeletion::Deleted,
        })
    }

    /// Makes sure that the groups among `recipients` stay until this transaction is over.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownGroup`] when one of them is gone; [`StoreError::Database`].
    pub(super) async fn hold_groups(&mut self, recipients: &[String]) -> Result<(), StoreError> {
        let ids = recipients.iter().filter_map(|it| it.parse().ok());
        let ids: Vec<GroupId> = ids.collect();
        if ids.is_empty() {
            return Ok(());
        }
        let held = self
            .store
            .collections
            .groups
            .update_many(
                doc! { "_id": { "$in": ids.clone() } },
                doc! { "$inc": { "uses": 1_i64 } },
            )
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("hold groups"))?;
        if usize::try_from(held.matched_count).is_ok_and(|held| held == ids.len()) {
            Ok(())
        } else {
            Err(StoreError::UnknownGroup)
        }
    }

    /// Takes an address out of every group.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub(super) async fn leave_groups(&mut self, email_key: &str) -> Result<(), StoreError> {
        self.store
            .collections
            .groups
            .update_many(
                doc! { "members": email_key },
                doc! { "$pull": { "members": email_key } },
            )
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("take somebody out of groups"))
    }
}
