//! Lists jobs page by page, newest first.

use futures_util::TryStreamExt;
use mongodb::bson::{RawDocumentBuf, doc};
use serde::Serialize;

use super::bulk::behind;
use super::{JobFilter, MAX_TIME, Operator};
use crate::clock::server_now;
use crate::error::{Context, Error};
use crate::model::lenient::Fields;
use crate::model::{JobSummary, field as f, id};

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

impl Operator {
    /// The jobs that `filter` means, in descending order of their ids, which is newest first for
    /// ids that sort by time as generated ones do. `limit` is 1 to 1000, or taken for the nearest
    /// of these.
    ///
    /// Payloads, results and histories are not read from the database: a page of large jobs is as
    /// quick as one of small ones. [`Operator::find_job`] has them.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidCursor`] for an empty `cursor`.
    /// - [`Error::Database`] when the database fails.
    /// - [`Error::TimedOut`] when it does not tell its time.
    pub async fn list_jobs(
        &self,
        filter: &JobFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<JobSummary>, Error> {
        const OPERATION: &str = "list jobs";
        let limit = limit.clamp(1, MAX_LIMIT);
        let mut query = filter.to_query();
        if let Some(cursor) = cursor {
            if cursor.is_empty() {
                return Err(Error::InvalidCursor);
            }
            query = doc! { "$and": [query, behind("$lt", &id::of_cursor(cursor))] };
        }
        let jobs = self.collections.raw_jobs(&self.db);
        let find = jobs
            .find(query)
            .sort(doc! { f::ID: -1 })
            .limit(i64::from(limit) + 1)
            .projection(JobSummary::projection())
            // Large jobs that have to be sorted do not fit into the server's memory for it.
            .allow_disk_use(true)
            .max_time(MAX_TIME);
        let found = find.await.context(OPERATION)?;
        let mut found: Vec<RawDocumentBuf> = found.try_collect().await.context(OPERATION)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let last = found.last().filter(|_| more);
        let last = last.and_then(|raw| Fields(raw).value(f::ID));
        let now = server_now(&self.db).await?;
        Ok(Page {
            items: found
                .iter()
                .map(|raw| JobSummary::from_raw(raw, now))
                .collect(),
            next_cursor: last.as_ref().map(id::cursor),
        })
    }
}
