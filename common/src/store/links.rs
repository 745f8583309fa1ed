//! Download links.

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::id::{FileId, JobId, LinkId, UserId};
use crate::link::{Link, RESUME_WINDOW};
use crate::queue::MintDownloadToken;

/// Which part of a document a download asks for, as far as counting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadPart {
    /// From the first byte on: a new download.
    FromStart,
    /// From a later byte on: the rest of one that was begun.
    Remainder,
}

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

    /// Counts a download that is about to begin, in one atomic step; `false` when the link is
    /// used up, revoked or expired.
    ///
    /// The rest of a download is not counted again within [`RESUME_WINDOW`] of its beginning.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn begin_download(
        &self,
        id: LinkId,
        part: DownloadPart,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let live = doc! { "_id": id, "state": "ready", "expires_at": { "$gt": now } };
        if part == DownloadPart::Remainder {
            let window = i64::try_from(RESUME_WINDOW.as_millis()).unwrap_or(i64::MAX);
            let mut resumable = live.clone();
            resumable.insert(
                "last_download_at",
                doc! { "$gt": now.saturating_add_millis(-window) },
            );
            let begun = self
                .collections
                .links
                .find_one(resumable)
                .await
                .map_err(StoreError::database("resume a download"))?;
            if begun.is_some() {
                return Ok(true);
            }
        }
        let mut usable = live;
        usable.insert(
            "$or",
            vec![
                doc! { "max_downloads": null },
                doc! { "$expr": { "$lt": ["$downloads", "$max_downloads"] } },
            ],
        );
        self.collections
            .links
            .update_one(
                usable,
                doc! { "$inc": { "downloads": 1_i64 }, "$set": { "last_download_at": now } },
            )
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("count a download"))
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
