//! Documents in a list that has little of each.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, doc};
use serde::Deserialize;

use super::files::FileScope;
use super::id_only::IdOnly;
use super::{OPERATION_LIMIT, Store, StoreError};
use crate::file_name::FileName;
use crate::id::FileId;

/// What such a list has of a document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedFile {
    /// Which document.
    #[serde(rename = "_id")]
    pub id: FileId,
    /// What it is called.
    pub name: FileName,
    /// When it was received.
    pub created_at: DateTime,
}

impl Store {
    /// Which of these documents `scope` shows.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn visible_files(
        &self,
        ids: &[FileId],
        scope: &FileScope,
    ) -> Result<HashSet<FileId>, StoreError> {
        let mut filter = scope.filter();
        filter.insert("_id", doc! { "$in": ids });
        let files = self.collections.files.clone_with_type::<IdOnly<FileId>>();
        let found = files
            .find(filter)
            .projection(doc! { "_id": 1 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find visible files"))?;
        let ids = found.map_ok(|it| it.id).try_collect().await;
        ids.map_err(StoreError::database("find visible files"))
    }

    /// At most `limit` documents of `scope` that are available and not withdrawn, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_available(
        &self,
        scope: &FileScope,
        after: Option<FileId>,
        limit: i64,
    ) -> Result<Vec<ListedFile>, StoreError> {
        let mut filter = scope.filter();
        let offered = doc! { "state": "available", "withdrawn": null, "bytes_removed_at": null };
        filter.extend(offered);
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        let files = self.collections.files.clone_with_type::<ListedFile>();
        let found = files
            .find(filter)
            .projection(doc! { "name": 1, "created_at": 1 })
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list available files"))?;
        let files = found.try_collect().await;
        files.map_err(StoreError::database("list available files"))
    }
}
