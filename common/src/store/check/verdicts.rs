//! Documents that wait for a verdict to which no job will come. A job that is dead is there: an operator sees it.

use mongodb::bson::{Bson, Document, doc};
use serde::Deserialize;

use super::difference::{Check, Difference, Repair};
use super::snapshot::Snapshot;
use crate::id::{BlobId, FileId, JobId};
use crate::store::{StoreError, collection};

/// The collection of the queue.
pub(super) const JOBS: &str = "apalis_jobs";

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "_id")]
    id: FileId,
    job_id: JobId,
    #[serde(default)]
    blob_id: Option<BlobId>,
}

pub(super) async fn find(snapshot: &mut Snapshot) -> Result<Vec<Difference>, StoreError> {
    let mut found = Vec::new();
    for pipeline in [of_documents(), of_replacements()] {
        let rows: Vec<Row> = snapshot.rows(collection::FILES, pipeline).await?;
        found.extend(rows.into_iter().map(difference));
    }
    Ok(found)
}

fn difference(row: Row) -> Difference {
    let of = if row.blob_id.is_some() {
        " of its replacement"
    } else {
        ""
    };
    Difference {
        check: Check::MissingVerdicts,
        id: row.id.to_string(),
        found: format!("the job{of}, {}, is not there or has ended", row.job_id),
        repair: Repair::Verdict {
            file: row.id,
            job: row.job_id,
            replacement: row.blob_id,
        },
    }
}

fn of_documents() -> Vec<Document> {
    let undecided = doc! { "state": "received", "bytes_removed_at": null };
    without_job(undecided, doc! { "job_id": 1 })
}

fn of_replacements() -> Vec<Document> {
    let undecided = doc! {
        "replacement.blob_id": { "$gt": "" }, "replacement.rejection": Bson::Null,
        "replacement.bytes_removed_at": Bson::Null,
    };
    let fields = doc! { "job_id": "$replacement.job_id", "blob_id": "$replacement.blob_id" };
    without_job(undecided, fields)
}

fn without_job(undecided: Document, fields: Document) -> Vec<Document> {
    vec![
        doc! { "$match": undecided },
        doc! { "$project": fields },
        doc! { "$lookup": {
            "from": JOBS, "localField": "job_id", "foreignField": "_id",
            "pipeline": [
                { "$match": { "status": { "$ne": "Done" } } },
                { "$project": { "_id": 1 } },
            ],
            "as": "job",
        } },
        doc! { "$match": { "job": { "$size": 0 } } },
        doc! { "$project": { "job": 0 } },
    ]
}
