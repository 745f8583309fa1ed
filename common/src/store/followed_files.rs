//! What is asked for those who listen to changes of documents.

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use serde::Deserialize;

use super::files::{FileScope, FileView};
use super::{OPERATION_LIMIT, Store, StoreError};
use crate::id::{FileId, UserId};
use crate::user::Role;

/// What a group's id begins with among the recipients of a document.
const GROUP: &str = "grp_";

/// Whom a document concerns, as far as its row alone tells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FileAudience {
    owner_id: UserId,
    #[serde(default)]
    recipients: Option<Vec<String>>,
}

impl FileAudience {
    /// Whether somebody may be able to see the document. What they see is for [`FileScope`] to say, which asks the
    /// database; this spares the question where the answer is known.
    pub fn may_concern(&self, person: UserId, role: Role, email_key: &str) -> bool {
        match role {
            Role::Admin => true,
            Role::Ops => self.owner_id == person,
            Role::Client => self.recipients.as_ref().is_none_or(|recipients| {
                let mut recipients = recipients.iter();
                recipients.any(|it| it == email_key || it.starts_with(GROUP))
            }),
        }
    }
}

impl Store {
    /// The documents with these ids and their jobs, in no particular order; unknown ids are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn follow_files(&self, ids: &[FileId]) -> Result<Vec<FileView>, StoreError> {
        let files = self.find_files(ids, &FileScope::Everything).await?;
        self.with_jobs(files).await
    }

    /// Whom the document `id` concerns; nothing when it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_file_audience(&self, id: FileId) -> Result<Option<FileAudience>, StoreError> {
        self.collections
            .files
            .clone_with_type::<FileAudience>()
            .find_one(doc! { "_id": id })
            .projection(doc! { "owner_id": 1, "recipients": 1 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find the audience of a file"))
    }

    /// The ids of at most `limit` documents of `scope`, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_file_ids(
        &self,
        scope: &FileScope,
        limit: i64,
    ) -> Result<Vec<FileId>, StoreError> {
        let rows: Vec<Document> = self
            .collections
            .files
            .clone_with_type::<Document>()
            .find(scope.filter())
            .projection(doc! { "_id": 1 })
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list the ids of files"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list the ids of files"))?;
        let ids = rows.iter().filter_map(|row| row.get_str("_id").ok());
        Ok(ids.filter_map(|id| id.parse().ok()).collect())
    }

    /// Whether `scope` showed the document before it was withdrawn: whoever listens may be told that it is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn was_withdrawn_from(
        &self,
        id: FileId,
        scope: &FileScope,
    ) -> Result<bool, StoreError> {
        let mut filter = scope.filter();
        filter.insert("_id", id);
        filter.insert("withdrawn", doc! { "$ne": null });
        let found = self
            .collections
            .files
            .clone_with_type::<Document>()
            .find_one(filter)
            .projection(doc! { "_id": 1 })
            .max_time(OPERATION_LIMIT)
            .await;
        let found = found.map_err(StoreError::database("look for a withdrawn file"))?;
        Ok(found.is_some())
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::DateTime;

    use super::*;
    use crate::entropy::Entropy;

    #[test]
    fn a_change_concerns_its_owner_admins_and_whom_it_may_be_meant_for() {
        let entropy = Entropy::seeded(1);
        let person = || UserId::generate(&entropy, DateTime::from_millis(0));
        let (owner_id, other) = (person(), person());
        let of = |recipients: Option<&[&str]>| FileAudience {
            owner_id,
            recipients: recipients.map(|all| all.iter().map(|it| (*it).to_owned()).collect()),
        };
        let ada = "ada@example.com";
        for (recipients, expected) in [
            (None, true),
            (Some(&["bob@example.com", ada][..]), true),
            (Some(&["bob@example.com"][..]), false),
            (Some(&["grp_01JD3Y5T6ZQ8R9WABCDEFGHJKM"][..]), true),
            (Some(&[][..]), false),
        ] {
            let audience = of(recipients);
            assert_eq!(audience.may_concern(other, Role::Client, ada), expected);
            assert!(audience.may_concern(owner_id, Role::Ops, ada));
            assert!(!audience.may_concern(other, Role::Ops, ada));
            assert!(audience.may_concern(other, Role::Admin, ada));
        }
    }
}
