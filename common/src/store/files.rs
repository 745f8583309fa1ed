//! Uploaded documents.

use apalis_mongodb::JobSummary;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, DateTime, Document, doc, serialize_to_bson};

use super::{OPERATION_LIMIT, Store, StoreError, Tx};
use crate::audit::AuditEntry;
use crate::file::{File, FileState, Inspection, Reader, Replacement};
use crate::id::{FileId, UserId};
use crate::queue::{EraseBlobs, JobState, ValidateUpload};

/// A document together with the job that looks inside it.
#[derive(Clone, Debug)]
pub struct FileView {
    /// The document.
    pub file: File,
    /// Its job, as long as the queue remembers it.
    pub job: Option<JobSummary>,
    /// The job of its replacement, as long as there is one.
    pub replacement_job: Option<JobSummary>,
}

impl FileView {
    /// Whether nobody will come to a verdict unless an operator retries the job.
    pub fn has_failed(&self) -> bool {
        self.file.state == FileState::Received && is_given_up(self.job.as_ref())
    }

    /// The same of its replacement.
    pub fn has_failed_replacement(&self) -> bool {
        let replacement = self.file.replacement.as_ref();
        replacement.is_some_and(Replacement::is_pending)
            && is_given_up(self.replacement_job.as_ref())
    }
}

/// Whether a job will not come to its end by itself.
fn is_given_up(job: Option<&JobSummary>) -> bool {
    use JobState::{Cancelled, Dead, Malformed};
    job.is_none_or(|job| matches!(job.state, Dead | Cancelled | Malformed))
}

/// Which documents a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileScope {
    /// Those that this person uploaded.
    OwnedBy(UserId),
    /// Those that are available, meant for this client, not withdrawn and not expired.
    MeantFor(Reader),
    /// All of them.
    Everything,
}

impl FileScope {
    pub(super) fn filter(&self) -> Document {
        match self {
            Self::OwnedBy(owner) => doc! { "owner_id": owner },
            Self::MeantFor(reader) => doc! {
                "state": "available", "withdrawn": null, "bytes_removed_at": null,
                "recipients": { "$in": names_of(reader) },
                "expires_at": { "$not": { "$lte": reader.now } },
            },
            Self::Everything => doc! {},
        }
    }

    /// What a list reads: for a client not the facts of the inspection, and of the recipients one, which tells
    /// that there are some. Both may be most of what is stored of a document.
    pub(super) fn projection(&self) -> Document {
        match self {
            Self::MeantFor(_) => doc! {
                "inspection": 0, "earlier": 0, "replacement": 0, "recipients": { "$slice": 1 },
            },
            Self::OwnedBy(_) | Self::Everything => doc! {},
        }
    }
}

/// What stands for a client among the recipients of a document: nothing where it is for everybody.
fn names_of(reader: &Reader) -> Vec<Bson> {
    let own = [Bson::Null, Bson::String(reader.email_key.clone())];
    let groups = reader.groups.iter().copied().map(Bson::from);
    own.into_iter().chain(groups).collect()
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

    /// Those of the documents with these ids that `scope` shows, oldest first; without what lists leave out.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn find_files(
        &self,
        ids: &[FileId],
        scope: &FileScope,
    ) -> Result<Vec<File>, StoreError> {
        const OPERATION: &str = "find files";
        let mut filter = scope.filter();
        filter.insert("_id", doc! { "$in": ids.to_vec() });
        self.collections
            .files
            .find(filter)
            .projection(scope.projection())
            .sort(doc! { "_id": 1 })
            .max_time(OPERATION_LIMIT)
            .await
            .map_err(StoreError::database(OPERATION))?
            .try_collect()
            .await
            .map_err(StoreError::database(OPERATION))
    }

    /// Adds to `files` what the queue knows of their jobs, in the same order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Queue`].
    pub async fn with_jobs(&self, files: Vec<File>) -> Result<Vec<FileView>, StoreError> {
        let replacing = |file: &File| file.replacement.as_ref().map(|it| it.job_id.to_string());
        let ids: Vec<String> = files
            .iter()
            .flat_map(|file| [Some(file.job_id.to_string()), replacing(file)])
            .flatten()
            .collect();
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
                replacement_job: replacing(&file).and_then(|id| take(&id)),
                file,
            })
            .collect())
    }

    /// Records a worker's verdict, and `entry` in the audit; `false`, and nothing is written, when
    /// there was one already. Recipients of a document that is available now are told of it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`], [`StoreError::Queue`].
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
                    let now = entry.at;
                    tx.record(entry).await?;
                    match inspection.outcome {
                        Ok(_) => tx.tell_of(id, now).await?,
                        Err(_) => tx.erase_rejected(id, now).await?,
                    }
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

    /// Has the recipients of a document that has just become available told of it.
    pub(super) async fn tell_of(&mut self, id: FileId, now: DateTime) -> Result<(), StoreError> {
        match self.read_file(id).await? {
            Some(file) if file.withdrawn.is_none() => self.tell_recipients(&file, now).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Has the bytes of a document, or of a replacement of it, removed some time after they were rejected, `at`.
    pub(super) async fn erase_rejected(
        &mut self,
        id: FileId,
        at: DateTime,
    ) -> Result<(), StoreError> {
        let erasing = EraseBlobs::rejected(id, at, self.store.retention.rejected);
        self.enqueue_once(erasing.job(at)).await
    }

    /// Adds a document and enqueues the job that looks inside it.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownGroup`] when it is meant for a group that is gone; [`StoreError::Database`],
    /// [`StoreError::Queue`].
    pub async fn insert_file(&mut self, file: &File) -> Result<(), StoreError> {
        self.hold_groups(file.recipients.as_deref().unwrap_or_default())
            .await?;
        self.store
            .collections
            .files
            .insert_one(file)
            .session(&mut *self.session)
            .await
            .map_err(StoreError::database("add a file"))?;
        if let Some(expires_at) = file.expires_at {
            self.erase_expired(file.id, expires_at, file.created_at)
                .await?;
        }
        let job = ValidateUpload {
            file_id: file.id,
            blob_id: None,
        };
        self.enqueue(job, file.job_id).await
    }
}
