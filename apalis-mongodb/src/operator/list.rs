//! Lists jobs page by page, newest first.

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::doc;
use serde::Serialize;

use super::{JobFilter, MAX_TIME};
use crate::clock::server_now;
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::model::{JobDocument, JobRecord, field as f};

/// No page is longer.
const MAX_LIMIT: u32 = 1000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Hand this back for the next page; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// The jobs that `filter` means, in descending order of their ids, which is newest first for
/// ids that sort by time as generated ones do. `limit` is capped at 1000.
///
/// # Errors
///
/// When the database fails or a document is not a job.
pub async fn list_jobs(
    db: &Database,
    collections: &Collections,
    filter: &JobFilter,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<JobRecord>, Error> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut query = filter.to_query();
    if let Some(last) = cursor {
        if last.is_empty() {
            return Err(Error::InvalidCursor);
        }
        query = doc! { "$and": [query, { f::ID: { "$lt": last } }] };
    }
    let now = server_now(db).await?;
    let mut found = collections
        .raw_jobs(db)
        .find(query)
        .sort(doc! { f::ID: -1 })
        .limit(i64::from(limit) + 1)
        .max_time(MAX_TIME)
        .await
        .context("list jobs")?;
    let mut items = Vec::new();
    while let Some(raw) = found.try_next().await.context("list jobs")? {
        items.push(JobRecord::from_document(JobDocument::from_raw(&raw)?, now));
    }
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_cursor = items.last().filter(|_| more).map(|job| job.id.clone());
    Ok(Page { items, next_cursor })
}
