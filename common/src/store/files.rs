//! Uploaded documents.

use apalis_mongodb::JobSummary;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc, serialize_to_bson};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::audit::AuditEntry;
use crate::file::{File, FileState, Inspection};
use crate::id::{FileId, UserId};
use crate::queue::{JobState, ValidateUpload};

/// A document together with the job that looks inside it.
#[derive(Clone, Debug)]
pub struct FileView {
    /// The document.
    pub file: File,
    /// Its job, as long as the queue remembers it.
    pub job: Option<JobSummary>,
}

impl FileView {
    /// Whether nobody will come to a verdict unless an operator retries the job.
    pub fn has_failed(&self) -> bool {
        use JobState::{Cancelled, Dead, Malformed};
        self.file.state == FileState::Received
            && self
                .job
                .as_ref()
                .is_none_or(|job| matches!(job.state, Dead | Cancelled | Malformed))
    }
}

/// Which documents a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileScope {
    /// Those that this person uploaded.
    OwnedBy(UserId),
    /// Those that are available and meant for the person with this address (as it is compared).
    MeantFor(String),
    /// All of them.
    Everything,
}

impl FileScope {
    pub(super) fn filter(&self) -> Document {
        match self {
            Self::OwnedBy(owner) => doc! { "owner_id": owner },
            Self::MeantFor(email_key) => doc! {
                "state": "available",
                "recipients": { "$in": [Bson::Null, Bson::String(email_key.clone())] },
            },
            Self::Everything => doc! {},
        }
    }

    /// What a list reads: for a client neither the facts of the inspection nor who else a document is
    /// meant for, which may be most of what is stored of it.
    fn projection(&self) -> Document {
        match self {
            Self::MeantFor(_) => doc! { "inspection": 0, "recipients": 0 },
            Self::OwnedBy(_) | Self::Everything => doc! {},
        }
    }
}

impl Store {
    /// The document with this id, if `scope` shows it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_file(
        &self,
        id: FileId,
        scope: &FileScope,
    ) -> Result<Option<File>, StoreError> {
        let mut filter = scope.filter();
        filter.insert("_id", id);
        self.collections
            .files
            .find_one(filter)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("find a file"))
    }

    /// At most `limit` documents of `scope`, newest first, older than `after`. Those that are meant for
    /// somebody come without their recipients and the facts of their inspection.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn list_files(
        &self,
        scope: &FileScope,
        after: Option<FileId>,
        limit: i64,
    ) -> Result<Vec<File>, StoreError> {
        let mut filter = scope.filter();
        if let Some(after) = after {
            filter.insert("_id", doc! { "$lt": after });
        }
        self.collections
            .files
            .find(filter)
            .projection(scope.projection())
            .sort(doc! { "_id": -1 })
            .limit(limit)
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database("list files"))?
            .try_collect()
            .await
            .map_err(StoreError::database("list files"))
    }

    /// Adds to `files` what the queue knows of their jobs, in the same order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn with_jobs(&self, files: Vec<File>) -> Result<Vec<FileView>, StoreError> {
        let ids: Vec<String> = files.iter().map(|file| file.job_id.to_string()).collect();
        let operator = self.queue_operator();
        let mut jobs = operator
            .find_jobs(&ids)
            .await
            .map_err(StoreError::queue("find the jobs of files"))?;
        let mut take = |id: &str| {
            let position = jobs.iter().position(|job| job.id == id)?;
            Some(jobs.swap_remove(position))
        };
        Ok(files
            .into_iter()
            .map(|file| FileView {
                job: take(&file.job_id.to_string()),
                file,
            })
            .collect())
    }

    /// Records a worker's verdict, and `entry` in the audit; `false`, and nothing is written, when
    /// there was one already.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn record_inspection(
        &self,
        id: FileId,
        inspection: &Inspection,
        entry: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.transaction("record a verdict", |tx| {
            let (inspection, entry) = (inspection.clone(), entry.clone());
            Box::pin(async move {
                let is_first = tx.set_verdict(id, &inspection, entry.at).await?;
                if is_first {
                    tx.record(entry).await?;
                }
                Ok(is_first)
            })
        })
        .await
    }
}

/// The fields that a verdict sets.
pub(super) fn verdict(inspection: &Inspection, now: DateTime) -> Document {
    let (state, kind, rejection) = match &inspection.outcome {
        Ok(kind) => (FileState::Available, Bson::from(kind.as_str()), Bson::Null),
        Err(rejection) => (
            FileState::Rejected,
            Bson::Null,
            serialize_to_bson(rejection).expect("strings are BSON"),
        ),
    };
    doc! {
        "state": stored_state(state), "kind": kind, "rejection": rejection, "validated_at": now,
        "inspection": inspection_record(inspection),
    }
}

/// What is stored of an inspection, the verdict aside.
pub(super) fn inspection_record(inspection: &Inspection) -> Document {
    let rules_version = i32::try_from(inspection.rules_version).unwrap_or(i32::MAX);
    doc! { "rules_version": rules_version, "facts": inspection.facts.clone() }
}

/// A state as stored.
pub(super) fn stored_state(state: FileState) -> Bson {
    serialize_to_bson(&state).expect("a unit variant is a string")
}

impl Tx<'_> {
    async fn set_verdict(
        &mut self,
        id: FileId,
        inspection: &Inspection,
        now: DateTime,
    ) -> Result<bool, StoreError> {
        self.store
            .collections
            .files
            .update_one(
                doc! { "_id": id, "state": "received" },
                doc! { "$set": verdict(inspection, now) },
            )
            .session(&mut *self.session)
            .await
            .map(|result| result.modified_count == 1)
            .map_err(StoreError::database("record a verdict"))
    }

    /// Adds a document and enqueues the job that looks inside it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
    pub async fn insert_file(&mut self, file: &File) -> Result<(), StoreError> {
        self.store
            .collections
            .files
            .insert_one(file)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a file"))?;
        let job = ValidateUpload { file_id: file.id };
        self.enqueue(job, file.job_id).await
    }
}
