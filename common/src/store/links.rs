//! Download links.

use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{FileId, JobId, LinkId, UserId};
use crate::link::Link;
use crate::queue::MintDownloadToken;

impl Store {
    /// The link with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_link(&self, id: LinkId) -> Result<Option<Link>, StoreError> {
        self.collections
            .links
            .find_one(doc! { "_id": id })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a link"))
    }

    /// At most `limit` links of `client`, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_links(
        &self,
        client: UserId,
        after: Option<LinkId>,
        limit: i64,
    ) -> Result<Vec<Link>, StoreError> {
        let mut filter = doc! { "client_id": client };
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        self.collections
            .links
            .find(filter)
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list links"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list links"))
    }

    /// Stores the minted token of a link that waits for one; `false` when it no longer does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mark_link_ready(&self, id: LinkId, token: &str) -> Result<bool, StoreError> {
        self.collections
            .links
            .update_one(
                doc! { "_id": id, "state": "requested" },
                doc! { "$set": { "state": "ready", "token": token } },
            )
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("store a minted token"))
    }

    /// Takes a link back; `false` when it was revoked before or never was.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_link(&self, id: LinkId) -> Result<bool, StoreError> {
        self.collections
            .links
            .update_one(doc! { "_id": id, "state": { "$ne": "revoked" } }, revoke())
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("revoke a link"))
    }
}

fn revoke() -> Document {
    doc! { "$set": { "state": "revoked", "token": null } }
}

impl Tx<'_> {
    /// Adds a link and enqueues the job that mints its token.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn insert_link(&mut self, link: &Link, job: JobId) -> Result<(), StoreError> {
        self.store
            .collections
            .links
            .insert_one(link)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a link"))?;
        self.enqueue(MintDownloadToken { link_id: link.id }, job)
            .await
    }

    /// Takes a link back; `false` when it was revoked before or never was.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_link(&mut self, id: LinkId) -> Result<bool, StoreError> {
        self.store
            .collections
            .links
            .update_one(doc! { "_id": id, "state": { "$ne": "revoked" } }, revoke())
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("revoke a link"))
    }

    /// Takes back every link to a document; how many there were.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_links_of(&mut self, file: FileId) -> Result<u64, StoreError> {
        self.store
            .collections
            .links
            .update_many(
                doc! { "file_id": file, "state": { "$ne": "revoked" } },
                revoke(),
            )
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count)
            .map_err(StoreError::database("revoke the links of a file"))
    }

    /// Takes back every link of a client; how many there were.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn revoke_links_of_client(&mut self, client: UserId) -> Result<u64, StoreError> {
        self.store
            .collections
            .links
            .update_many(
                doc! { "client_id": client, "state": { "$ne": "revoked" } },
                revoke(),
            )
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count)
            .map_err(StoreError::database("revoke the links of a client"))
    }
}
