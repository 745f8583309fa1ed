//! How often a link is used: the counters of its row, in one transaction with the row of the download.

use mongodb::bson::{DateTime, Document, doc};

use super::{StoreError, Tx};
use crate::download::Download;
use crate::link::Link;

/// What a link counts of a download, more or less than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    counted: i64,
    completed: i64,
}

impl Counts {
    pub(super) const NONE: Self = Self {
        counted: 0,
        completed: 0,
    };

    /// Of a download that was not there before.
    fn of(download: &Download) -> Self {
        Self {
            counted: i64::from(download.counted),
            completed: i64::from(download.complete),
        }
    }

    /// Of a download that became what it is from what it was.
    pub(super) fn between(before: &Download, after: &Download) -> Self {
        let (before, after) = (Self::of(before), Self::of(after));
        Self {
            counted: after.counted - before.counted,
            completed: after.completed - before.completed,
        }
    }

    fn update(self, now: DateTime) -> Document {
        let mut update = doc! {
            "$inc": {
                "downloads": self.counted,
                "completed": self.completed,
            },
        };
        if self.counted > 0 {
            update.insert("$set", doc! { "last_download_at": now });
        }
        update
    }
}

impl Tx<'_> {
    /// Begins another use of a limited `link`, unless others have done so since it was read, it does not work any more or allows
    /// no other; `false` then.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn open_download(
        &mut self,
        link: &Link,
        download: &Download,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        if !self.take_use(link, now).await? {
            return Ok(false);
        }
        self.insert_download(download).await.map(|()| true)
    }

    /// Records another use of a link without limit, which counts what is known of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_download(
        &mut self,
        download: &Download,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.insert_download(download).await?;
        match Counts::of(download) {
            Counts::NONE => Ok(()),
            counts => self.count(download, counts, now).await,
        }
    }

    async fn insert_download(&mut self, download: &Download) -> Result<(), StoreError> {
        self.store
            .collections
            .downloads
            .insert_one(download)
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("begin a download"))
    }

    /// Takes one of the uses that a limited link has left.
    async fn take_use(&mut self, link: &Link, now: DateTime) -> Result<bool, StoreError> {
        if !link.may_open() {
            return Ok(false);
        }
        let mut set = doc! { "opened": link.opened() + 1 };
        if link.opened.is_none() {
            set.insert("completed", link.completed());
        }
        let as_read = doc! {
            "_id": link.id, "state": "ready", "expires_at": { "$gt": now }, "opened": link.opened,
        };
        self.store
            .collections
            .links
            .update_one(as_read, doc! { "$set": set })
            .session(&mut *self.session)
            .await
            .map(|result| result.matched_count == 1)
            .map_err(StoreError::database("take a use of a link"))
    }

    /// Writes a row back, unless it is not as `filter` has it any more, and has its link count it.
    pub(super) async fn count_download(
        &mut self,
        filter: Document,
        download: &Download,
        counts: Counts,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        let replaced = self
            .store
            .collections
            .downloads
            .replace_one(filter, download)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("record a download"))?;
        if replaced.matched_count == 0 {
            return Ok(false);
        }
        self.count(download, counts, now).await.map(|()| true)
    }

    async fn count(
        &mut self,
        download: &Download,
        counts: Counts,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.store
            .collections
            .links
            .update_one(doc! { "_id": download.link_id }, counts.update(now))
            .session(&mut *self.session)
            .await
            .map(drop)
            .map_err(StoreError::database("count a download"))
    }
}
