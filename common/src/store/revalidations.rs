//! Documents whose verdict is by older rules, and what newer ones made of them.

use std::time::Duration;

use apalis_mongodb::{Enqueued, NewJob};
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc, serialize_to_bson};

use super::files::{inspection_record, stored_state, verdict};
use super::{Store, StoreError, Tx};
use crate::file::{File, FileState, Inspection};
use crate::id::{FileId, UserId};
use crate::queue::{Cause, RevalidateUpload, SendEmail};
use crate::revalidation::{Revalidation, RevalidationOutcome};

/// How long a walk over all documents may take on the server for one answer.
const WALK_LIMIT: Duration = Duration::from_secs(60);

impl Store {
    /// How many documents have a verdict by rules older than version `before`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_outdated_files(&self, before: u32) -> Result<u64, StoreError> {
        self.collections
            .files
            .count_documents(outdated(before))
            .max_time(WALK_LIMIT)
            .await
            .map_err(StoreError::database("count outdated files"))
    }

    /// At most `limit` documents that have a verdict by rules older than version `before`, oldest
    /// first, newer than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_outdated_files(
        &self,
        before: u32,
        after: Option<FileId>,
        limit: i64,
    ) -> Result<Vec<File>, StoreError> {
        let mut filter = outdated(before);
        if let Some(after) = after {
            filter.insert("_id", doc! { "$gt": after });
        }
        self.list_in_order(filter, limit).await
    }

    /// The documents whose verdict rules of `version` or newer ones would change, or did, at most
    /// `limit` of them, oldest first, newer than `after`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_changed_files(
        &self,
        version: u32,
        after: Option<FileId>,
        limit: i64,
    ) -> Result<Vec<File>, StoreError> {
        let mut filter = revalidated(version);
        filter.insert("revalidation.outcome", doc! { "$ne": "unchanged" });
        if let Some(after) = after {
            filter.insert("_id", doc! { "$gt": after });
        }
        self.list_in_order(filter, limit).await
    }

    /// How many documents kept their verdict when rules of `version` or newer ones were applied.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_unchanged_files(&self, version: u32) -> Result<u64, StoreError> {
        let mut filter = revalidated(version);
        filter.insert("revalidation.outcome", "unchanged");
        self.collections
            .files
            .count_documents(filter)
            .max_time(WALK_LIMIT)
            .await
            .map_err(StoreError::database("count unchanged files"))
    }

    /// The documents of `owner` that newer rules rejected from `since` on and before `until`, at most
    /// `limit` of them, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_files_rejected_again(
        &self,
        owner: UserId,
        since: DateTime,
        until: DateTime,
        limit: i64,
    ) -> Result<Vec<File>, StoreError> {
        let filter = doc! {
            "owner_id": owner, "state": "rejected", "revalidation.outcome": "rejected",
            "revalidation.at": { "$gte": since, "$lt": until },
        };
        self.list_in_order(filter, limit).await
    }

    /// Enqueues `jobs`, those aside that there are already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`]; some may be enqueued all the same.
    pub async fn enqueue_revalidations(
        &self,
        jobs: Vec<NewJob<RevalidateUpload>>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let jobs = jobs.into_iter().map(Cause::attach);
        let storage = self.queues.of::<RevalidateUpload>();
        let enqueued = storage.enqueue_many(jobs).await;
        enqueued.map_err(StoreError::queue("enqueue inspections"))
    }

    async fn list_in_order(&self, filter: Document, limit: i64) -> Result<Vec<File>, StoreError> {
        const OPERATION: &str = "list files by their rules";
        self.collections
            .files
            .find(filter)
            .sort(doc! { "_id": 1 })
            .limit(limit)
            .max_time(WALK_LIMIT)
            .await
            .map_err(StoreError::database(OPERATION))?
            .try_collect()
            .await
            .map_err(StoreError::database(OPERATION))
    }
}

impl Tx<'_> {
    /// Records what newer rules made of `file`, unless it is gone, has other bytes or another state,
    /// or was inspected by these rules meanwhile: then nothing is written, and the answer is `false`.
    ///
    /// One that is rejected now loses its links, and its owner is told of it and of others in one mail.
    /// Of one that stays available the new version and facts are recorded, and nothing else. One that
    /// stays rejected keeps the reason that its uploader was told.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn record_revalidation(
        &mut self,
        file: &File,
        inspection: &Inspection,
        revalidation: &Revalidation,
    ) -> Result<bool, StoreError> {
        let mut change = match (revalidation.outcome, file.state) {
            (RevalidationOutcome::Rejected, _) => verdict(inspection, revalidation.at),
            (RevalidationOutcome::Unchanged, FileState::Available) => {
                doc! { "inspection": inspection_record(inspection) }
            }
            _ => doc! {},
        };
        let stored = serialize_to_bson(revalidation).expect("numbers, words and dates are BSON");
        change.insert("revalidation", stored);
        let mut filter = not_judged_by(inspection.rules_version);
        filter.extend(doc! {
            "_id": file.id, "state": stored_state(file.state), "blob_id": file.blob_id,
        });
        let recorded = self
            .store
            .collections
            .files
            .update_one(filter, doc! { "$set": change })
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("record a revalidation"))?;
        if recorded.modified_count == 0 {
            return Ok(false);
        }
        if revalidation.outcome == RevalidationOutcome::Rejected {
            self.revoke_links_of(file.id).await?;
            self.erase_rejected(file.id, revalidation.at).await?;
            let told = SendEmail::rejected(file.owner_id, revalidation.at);
            self.enqueue_once(told).await?;
        }
        Ok(true)
    }
}

/// Documents with a verdict by rules older than version `before` whose bytes are there.
fn outdated(before: u32) -> Document {
    let mut filter = not_judged_by(before);
    filter.insert("state", doc! { "$in": ["available", "rejected"] });
    filter.insert("bytes_removed_at", Bson::Null);
    filter
}

/// Documents that rules of `version` or newer ones were not applied to. Verdicts without a version
/// are older than all that have one.
fn not_judged_by(version: u32) -> Document {
    let reached = doc! { "$gte": i64::from(version) };
    doc! { "$nor": [
        { "inspection.rules_version": &reached },
        { "revalidation.rules_version": &reached },
    ] }
}

/// Documents that were inspected again by rules of `version` or newer ones.
fn revalidated(version: u32) -> Document {
    doc! { "revalidation.rules_version": { "$gte": i64::from(version) } }
}
