//! Bytes that nobody can download any more and that no job will remove: those of documents from before there were
//! such jobs, above all.

use std::collections::HashSet;

use mongodb::bson::{Bson, Document, doc};
use serde::Deserialize;

use super::difference::{Check, Difference, Repair};
use super::snapshot::Snapshot;
use super::verdicts::JOBS;
use crate::file::{File, FileState};
use crate::id::FileId;
use crate::queue::{EraseBlobs, Job};
use crate::retention::Retention;
use crate::store::{StoreError, collection};

#[derive(Deserialize)]
struct JobRow {
    #[serde(rename = "_id")]
    id: String,
}

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let (mut found, mut last) = (Vec::new(), None);
    while found.len() < Snapshot::MOST {
        // A page of documents at a time.
        let files: Vec<File> = snapshot.rows(collection::FILES, candidates(last)).await?;
        let Some(newest) = files.last() else { break };
        last = Some(newest.id);
        let retention = snapshot.store.retention;
        for job in without_job(snapshot, expected(&files, retention)).await? {
            found.push(difference(job));
        }
    }
    found.truncate(Snapshot::MOST);
    Ok(found)
}

fn difference(job: EraseBlobs) -> Difference {
    Difference {
        check: Check::MissingRemovals,
        id: job.file_id().to_string(),
        found: format!("there is no job {} ({})", job.id(), job.kind()),
        repair: Repair::Erasure(job),
    }
}

/// The stages that read a page of the documents that may have such bytes, and have an id after `last`.
fn candidates(last: Option<FileId>) -> Vec<Document> {
    let mut filter = doc! { "$or": [
        { "bytes_removed_at": null, "$or": [
            { "withdrawn": { "$ne": null } }, { "expires_at": { "$ne": null } }, { "state": "rejected" },
        ] },
        { "earlier": { "$elemMatch": { "bytes_removed_at": null } } },
        { "replacement.rejected_at": { "$ne": null }, "replacement.bytes_removed_at": null },
    ] };
    if let Some(last) = last {
        filter.insert("_id", doc! { "$gt": last });
    }
    vec![
        doc! { "$match": filter },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$project": { "inspection": 0, "recipients": 0 } },
    ]
}

/// The jobs that `files` must have.
fn expected(files: &[File], retention: Retention) -> Vec<EraseBlobs> {
    let mut jobs = Vec::new();
    for file in files {
        let id = file.id;
        if file.bytes_removed_at.is_none() {
            let withdrawn = file.withdrawn.as_ref();
            jobs.extend(withdrawn.map(|it| EraseBlobs::withdrawn(id, it.restorable_until)));
            let rejected = file
                .validated_at
                .filter(|_| file.state == FileState::Rejected);
            jobs.extend(rejected.map(|at| EraseBlobs::rejected(id, at, retention.rejected)));
            let expired = file.expires_at;
            jobs.extend(expired.map(|at| EraseBlobs::expired(id, at, retention.expired)));
        }
        let kept = file
            .earlier
            .iter()
            .filter(|it| it.bytes_removed_at.is_none());
        let replaced = |blob, at| EraseBlobs::replaced(id, blob, at, retention.versions);
        jobs.extend(kept.map(|it| replaced(it.blob_id, it.replaced_at)));
        let replacement = file.replacement.as_ref();
        let replacement = replacement.filter(|it| it.bytes_removed_at.is_none());
        let rejected = replacement.and_then(|it| it.rejected_at);
        jobs.extend(rejected.map(|at| EraseBlobs::rejected(id, at, retention.rejected)));
    }
    jobs
}

/// Those of `jobs` that are not there, or have ended without removing anything.
async fn without_job(
    snapshot: &mut Snapshot,
    jobs: Vec<EraseBlobs>,
) -> Result<Vec<EraseBlobs>, StoreError> {
    let mut missing = Vec::new();
    for page in jobs.chunks(Snapshot::MOST) {
        let ids: Vec<Bson> = page.iter().map(|job| Bson::String(job.id())).collect();
        let pipeline = vec![
            doc! { "$match": { "_id": { "$in": ids }, "status": { "$ne": "Done" } } },
            doc! { "$project": { "_id": 1 } },
        ];
        let rows: Vec<JobRow> = snapshot.rows(JOBS, pipeline).await?;
        let there: HashSet<String> = rows.into_iter().map(|row| row.id).collect();
        let gone = page.iter().filter(|job| !there.contains(&job.id()));
        missing.extend(gone.cloned());
    }
    Ok(missing)
}
