//! Notices of documents: who is told, and what became of that.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::file::File;
use crate::id::{FileId, JobId, NoticeAddressId};
use crate::notice::{Notice, NoticeAddress, NoticeState};
use crate::queue::SendEmail;

/// So many notices of a document are listed, or go into one mail.
const MOST: i64 = 10_000;

impl Store {
    /// The notices of a document, in the order in which they were asked for.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_notices(&self, file_id: FileId) -> Result<Vec<Notice>, StoreError> {
        let filter = doc! { "file_id": file_id };
        let order = doc! { "added_at": 1, "email_key": 1 };
        self.read_notices(filter, order).await
    }

    /// The notices that the mail of a job tells: those that it has taken before, or all that wait now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_notices(
        &self,
        address: NoticeAddressId,
        job_id: &str,
    ) -> Result<Vec<Notice>, StoreError> {
        let of_job = doc! { "address_id": address, "job_id": job_id };
        let order = doc! { "file_id": 1 };
        let taken = self.read_notices(of_job.clone(), order.clone()).await?;
        if !taken.is_empty() {
            return Ok(taken);
        }
        let waiting = doc! { "address_id": address, "job_id": null, "state": "pending" };
        self.collections
            .notices
            .update_many(waiting, doc! { "$set": { "job_id": job_id } })
            .await
            .map_err(StoreError::database("take notices into a mail"))?;
        self.read_notices(of_job, order).await
    }

    async fn read_notices(
        &self,
        filter: Document,
        order: Document,
    ) -> Result<Vec<Notice>, StoreError> {
        const OPERATION: &str = "list notices";
        self.collections
            .notices
            .find(filter)
            .sort(order)
            .limit(MOST)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database(OPERATION))?
            .try_collect()
            .await
            .map_err(StoreError::database(OPERATION))
    }

    /// Records that the mail of a job was sent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mark_notices_sent(
        &self,
        address: NoticeAddressId,
        job_id: &str,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let of_job = doc! { "address_id": address, "job_id": job_id, "state": "pending" };
        self.collections
            .notices
            .update_many(of_job, doc! { "$set": { "state": "sent", "told_at": now } })
            .await
            .map(drop)
            .map_err(StoreError::database("record that notices were sent"))
    }

    /// Records that nothing is sent of those of `notices` that wait, for this reason.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn mark_notices_unsent(
        &self,
        notices: &[&Notice],
        state: NoticeState,
        why: &str,
    ) -> Result<(), StoreError> {
        let ids: Vec<&str> = notices.iter().map(|notice| &*notice.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        self.collections
            .notices
            .update_many(
                doc! { "_id": { "$in": ids }, "state": "pending" },
                doc! { "$set": { "state": state.as_str(), "why": why } },
            )
            .await
            .map(drop)
            .map_err(StoreError::database("record that notices are not sent"))
    }

    /// Records that an address (as it is compared) looked at a document. Only the first time is written.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_seen(
        &self,
        file_id: FileId,
        email_key: &str,
        now: DateTime,
    ) -> Result<(), StoreError> {
        self.collections
            .notices
            .update_one(
                doc! { "file_id": file_id, "email_key": email_key, "first_seen_at": null },
                doc! { "$set": { "first_seen_at": now } },
            )
            .await
            .map(drop)
            .map_err(StoreError::database("record that a document was seen"))
    }

    /// Records that an address (as it is compared) has begun a download of a document.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_downloaded(
        &self,
        file_id: FileId,
        email_key: &str,
        now: DateTime,
    ) -> Result<(), StoreError> {
        let first = |field: &str| Bson::Document(doc! { "$ifNull": [format!("${field}"), now] });
        let downloads = doc! { "$add": [{ "$ifNull": ["$downloads", 0_i64] }, 1_i64] };
        let update = doc! { "$set": {
            "first_seen_at": first("first_seen_at"),
            "first_downloaded_at": first("first_downloaded_at"),
            "downloads": downloads,
        } };
        self.collections
            .notices
            .update_one(
                doc! { "file_id": file_id, "email_key": email_key },
                vec![update],
            )
            .await
            .map(drop)
            .map_err(StoreError::database("record a recipient's download"))
    }
}

impl Tx<'_> {
    /// Has each recipient of an available document told of it, unless they were told before. All that an
    /// address is to be told within the delay of [`QueueSettings::notice_delay`] is one mail.
    ///
    /// Nobody is told of a document for everybody.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    ///
    /// [`QueueSettings::notice_delay`]: crate::queue::QueueSettings::notice_delay
    pub async fn tell_recipients(&mut self, file: &File, now: DateTime) -> Result<(), StoreError> {
        let recipients = file.recipients.as_deref().unwrap_or_default();
        let keys = self.expand_recipients(recipients).await?;
        if keys.is_empty() {
            return Ok(());
        }
        let addresses = self.hold_notice_addresses(&keys, now).await?;
        let told = self.add_notices(file.id, &addresses, now).await?;
        let wait = self.store.queues.notice_delay();
        let mail_to = |address: &NoticeAddress| {
            let text = format!("documents {} {}", address.id, file.id);
            let job = SendEmail::documents_available(address.id);
            job.id(JobId::derived(now, &text).to_string()).run_in(wait)
        };
        self.enqueue_all_once(told.into_iter().map(mail_to).collect())
            .await
    }

    /// Adds the notices that are missing; the addresses that are to be told. Of those whose notice came
    /// to nothing it is asked for again.
    async fn add_notices<'a>(
        &mut self,
        file_id: FileId,
        addresses: &'a [NoticeAddress],
        now: DateTime,
    ) -> Result<Vec<&'a NoticeAddress>, StoreError> {
        const OPERATION: &str = "find the notices of a document";
        let notices = &self.store.collections.notices;
        let found = notices
            .find(doc! { "file_id": file_id })
            .session(&mut *self.session)
            .await;
        let mut found = found.map_err(StoreError::database(OPERATION))?;
        let found = found.stream(&mut *self.session).try_collect().await;
        let known: Vec<Notice> = found.map_err(StoreError::database(OPERATION))?;
        let known: BTreeMap<NoticeAddressId, &Notice> =
            known.iter().map(|it| (it.address_id, it)).collect();
        let (mut added, mut again, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for address in addresses {
            let takes_notices = address.unsubscribed_at.is_none();
            match known.get(&address.id) {
                None => added.push(Notice::new(file_id, address, now)),
                Some(old) if old.state == NoticeState::Skipped && takes_notices => {
                    again.push(old.id.clone());
                }
                Some(_) => continue,
            }
            if takes_notices {
                told.push(address);
            }
        }
        if !added.is_empty() {
            notices
                .insert_many(&added)
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("add notices"))?;
        }
        if !again.is_empty() {
            let asked = doc! { "state": "pending", "added_at": now, "why": null, "job_id": null };
            notices
                .update_many(doc! { "_id": { "$in": again } }, doc! { "$set": asked })
                .session(&mut *self.session)
                .await
                .map_err(StoreError::database("ask for notices again"))?;
        }
        Ok(told)
    }
}
