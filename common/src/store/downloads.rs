//! Uses of download links. A row is read, changed by the accounting of [`Download`], and written back if nobody has
//! written it meanwhile.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};

use super::link_uses::Counts;
use super::{OPERATION_LIMIT, Store, StoreError};
use crate::download::{Begun, Download, Span};
use crate::id::{DownloadId, LinkId, ResponseId, UserId};
use crate::pauses::Patience;

/// How many uses of a link a request may go on with: the newest.
const MOST_LOOKED_AT: i64 = 16;

/// How a row is tried to be written that others write as well.
const PATIENCE: Patience = Patience {
    shortest: Duration::from_millis(1),
    longest: Duration::from_millis(100),
    limit: Duration::from_secs(10),
};

/// A response that wants to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which response.
    pub response: ResponseId,
    /// The bytes asked for, at least one.
    pub bytes: Span,
    /// How many bytes it is granted at a time.
    pub block: i64,
}

/// A response that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The download that it belongs to.
    pub download: DownloadId,
    /// What it may send now.
    pub granted: Span,
}

/// What becomes of a response that wants to go on with a use of its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It goes on with one.
    Joined(Joined),
    /// Another response is at its bytes.
    Busy,
    /// There is none to go on with.
    Refused,
}

impl Store {
    /// The newest uses of a link, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_downloads(&self, link: LinkId) -> Result<Vec<Download>, StoreError> {
        self.collections
            .downloads
            .find(doc! { "link_id": link })
            .sort(doc! { "_id": -1 })
            .limit(MOST_LOOKED_AT)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find the downloads of a link"))?
            .try_collect()
            .await
            .map_err(StoreError::database("find the downloads of a link"))
    }

    /// At most `limit` downloads of `client`, newest first, older than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_downloads(
        &self,
        client: UserId,
        after: Option<DownloadId>,
        limit: i64,
    ) -> Result<Vec<Download>, StoreError> {
        let mut filter = doc! { "client_id": client };
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        self.collections
            .downloads
            .find(filter)
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list downloads"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list downloads"))
    }

    /// Begins a response in a use of `link` that was begun before: the newest that has its bytes left, or one that has
    /// some of them if the response `may_be_cut`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn join_download(
        &self,
        link: LinkId,
        wanted: Wanted,
        may_be_cut: bool,
        now: DateTime,
    ) -> Result<Join, StoreError> {
        let mut pauses = PATIENCE.begin();
        loop {
            let mut downloads = self.find_downloads(link).await?;
            // Stable: the newest of each kind goes first.
            downloads.sort_by_key(|it| !it.has_left(wanted.bytes));
            downloads.retain(|it| may_be_cut || it.has_left(wanted.bytes));
            let (joined, otherwise) = first_that_grants(downloads, wanted, now);
            let Some((read, changed, granted)) = joined else {
                return Ok(otherwise);
            };
            let download = read.id;
            if self.replace_download(&read, changed, now).await? {
                return Ok(Join::Joined(Joined { download, granted }));
            }
            if !pauses.pause().await {
                return Ok(Join::Busy);
            }
        }
    }

    /// Changes a download, however many others do so as well; nothing when it is not there, or when they leave no
    /// room for it in ten seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn change_download<T: Send>(
        &self,
        id: DownloadId,
        now: DateTime,
        mut change: impl FnMut(&mut Download) -> T + Send,
    ) -> Result<Option<T>, StoreError> {
        let mut pauses = PATIENCE.begin();
        loop {
            let read = self
                .collections
                .downloads
                .find_one(doc! { "_id": id })
                .max_time(OPERATION_LIMIT)
                .await
                .map_err(StoreError::database("find a download"))?;
            let Some(read) = read else {
                return Ok(None);
            };
            let mut changed = read.clone();
            let outcome = change(&mut changed);
            if self.replace_download(&read, changed, now).await? {
                return Ok(Some(outcome));
            }
            if !pauses.pause().await {
                return Ok(None);
            }
        }
    }

    /// Records that a download which was recorded as sent has sent its first `sent` bytes alone, unless another response
    /// goes on with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn break_off_download(
        &self,
        recorded: &Download,
        sent: i64,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let mut changed = recorded.clone();
        changed.break_off(sent, now);
        self.replace_download(recorded, changed, now)
            .await
            .map(drop)
    }

    /// Writes what became of the row that was `read`, and has its link count it; `false` when it was written meanwhile.
    async fn replace_download(
        &self,
        read: &Download,
        mut changed: Download,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        changed.revision = read.revision + 1;
        let counts = Counts::between(read, &changed);
        if counts == Counts::NONE {
            return self
                .collections
                .downloads
                .replace_one(as_read(read), &changed)
                .await
                .map(|result| result.matched_count == 1)
                .map_err(StoreError::database("record a download"));
        }
        let filter = as_read(read);
        self.transaction("count a download", |tx| {
            let (filter, changed) = (filter.clone(), changed.clone());
            Box::pin(async move { tx.count_download(filter, &changed, counts, now).await })
        })
        .await
    }
}

/// The first download that grants bytes, as it was read and as it is then, with what it grants; otherwise whether one
/// may do so later.
fn first_that_grants(
    downloads: Vec<Download>,
    wanted: Wanted,
    now: DateTime,
) -> (Option<(Download, Download, Span)>, Join) {
    let mut otherwise = Join::Refused;
    for read in downloads {
        let mut changed = read.clone();
        match changed.begin(wanted.response, wanted.bytes, wanted.block, now) {
            Begun::Granted(granted) => return (Some((read, changed, granted)), otherwise),
            Begun::Busy => otherwise = Join::Busy,
            Begun::Refused => {}
        }
    }
    (None, otherwise)
}

/// The row as it was read.
fn as_read(download: &Download) -> Document {
    doc! { "_id": download.id, "revision": download.revision }
}
