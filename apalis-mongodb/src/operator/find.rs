//! Looks jobs up by id.

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::doc;

use super::MAX_TIME;
use crate::clock::server_now;
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::model::{JobDocument, JobRecord, field as f};

/// The job with this id.
///
/// # Errors
///
/// When the database fails or the document is not a job.
pub async fn find_job(
    db: &Database,
    collections: &Collections,
    id: &str,
) -> Result<Option<JobRecord>, Error> {
    let found = collections
        .raw_jobs(db)
        .find_one(doc! { f::ID: id })
        .await
        .context("find a job")?;
    let Some(raw) = found else {
        return Ok(None);
    };
    let job = JobDocument::from_raw(&raw)?;
    Ok(Some(JobRecord::from_document(job, server_now(db).await?)))
}

/// The jobs with these ids, in no particular order; unknown ids are left out.
///
/// # Errors
///
/// When the database fails or a document is not a job.
pub async fn find_jobs<I, S>(
    db: &Database,
    collections: &Collections,
    ids: I,
) -> Result<Vec<JobRecord>, Error>
where
    I: IntoIterator<Item = S>,
    S: Into<String>,
{
    let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = server_now(db).await?;
    let mut cursor = collections
        .raw_jobs(db)
        .find(doc! { f::ID: { "$in": ids } })
        .max_time(MAX_TIME)
        .await
        .context("find jobs")?;
    let mut records = Vec::new();
    while let Some(raw) = cursor.try_next().await.context("find jobs")? {
        records.push(JobRecord::from_document(JobDocument::from_raw(&raw)?, now));
    }
    Ok(records)
}
