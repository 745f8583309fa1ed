//! What the bulk operations share: which jobs, how many a step, what came of it.

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Document, doc};
use serde::Serialize;

use super::{JobFilter, MAX_TIME};
use crate::config::Collections;
use crate::error::{Context, Error};
use crate::model::field as f;

/// Jobs per step.
const STEP: i64 = 500;

/// The jobs of a bulk operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// These jobs.
    Ids(Vec<String>),
    /// The jobs a filter means.
    Filter(JobFilter),
}

impl Selection {
    /// One job.
    #[must_use]
    pub fn id(id: impl Into<String>) -> Self {
        Self::Ids(vec![id.into()])
    }

    pub(super) fn to_query(&self) -> Document {
        match self {
            Self::Ids(ids) => doc! { f::ID: { "$in": ids } },
            Self::Filter(filter) => filter.to_query(),
        }
    }
}

impl From<JobFilter> for Selection {
    fn from(filter: JobFilter) -> Self {
        Self::Filter(filter)
    }
}

/// How a bulk operation is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BulkOptions {
    /// Only count what would be changed.
    pub dry_run: bool,
    /// Stop after so many jobs.
    pub max_jobs: Option<u64>,
}

/// What came of a bulk operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BulkReport {
    /// Jobs that were selected and in a state that allows the operation.
    pub matched: u64,
    /// Jobs that were changed; 0 in a dry run.
    pub changed: u64,
    /// Jobs left alone because their unique key is taken by another one.
    pub conflicts: u64,
    /// Whether this was a dry run.
    pub dry_run: bool,
}

/// Walks over the selected jobs in ascending order of id, a bounded step at a time.
pub(super) struct Steps<'a> {
    db: &'a Database,
    collections: &'a Collections,
    query: Document,
    last: Option<String>,
    left: u64,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        db: &'a Database,
        collections: &'a Collections,
        query: Document,
        options: BulkOptions,
    ) -> Self {
        Self {
            db,
            collections,
            query,
            last: None,
            left: options.max_jobs.unwrap_or(u64::MAX),
        }
    }

    /// How many jobs the whole walk would meet.
    pub(super) async fn count(&self) -> Result<u64, Error> {
        let jobs = self.collections.jobs(self.db);
        let count = jobs
            .count_documents(self.query.clone())
            .max_time(MAX_TIME)
            .await;
        Ok(count.context("count selected jobs")?.min(self.left))
    }

    /// The next step's jobs, reduced to `fields`; empty at the end.
    pub(super) async fn next(&mut self, fields: Document) -> Result<Vec<Document>, Error> {
        let limit = STEP.min(i64::try_from(self.left).unwrap_or(i64::MAX));
        if limit == 0 {
            return Ok(Vec::new());
        }
        let query = match &self.last {
            Some(last) => doc! { "$and": [self.query.clone(), { f::ID: { "$gt": last } }] },
            None => self.query.clone(),
        };
        let found: Vec<Document> = self
            .collections
            .jobs(self.db)
            .find(query)
            .sort(doc! { f::ID: 1 })
            .limit(limit)
            .projection(fields)
            .max_time(MAX_TIME)
            .await
            .context("select jobs")?
            .try_collect()
            .await
            .context("select jobs")?;
        self.left = self.left.saturating_sub(found.len() as u64);
        if let Some(last) = found.last() {
            self.last = last.get_str(f::ID).ok().map(str::to_owned);
        }
        Ok(found)
    }
}

pub(super) fn ids_of(documents: &[Document]) -> Vec<String> {
    documents
        .iter()
        .filter_map(|document| document.get_str(f::ID).ok().map(str::to_owned))
        .collect()
}
