//! Groups dead jobs by what killed them.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, doc};
use serde::Serialize;

use super::filter::state_query;
use super::{JobFilter, MAX_TIME, Operator, error_class};
use crate::error::{Context, Error};
use crate::model::{JobState, field as f, id, time};

/// Longer than any error that this crate stores; a document of another program may have a longer one.
const MAX_CHARS: i32 = 5000;
/// At most so many different texts are looked at.
const MAX_TEXTS: i32 = 50_000;

/// Dead jobs of one queue that failed alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailureCohort {
    /// The queue.
    pub queue: String,
    /// The class of the error: its first words, with `#` for each that differs from job to job, as ids,
    /// addresses and numbers do. Status codes such as 550 and 5.1.1 stay.
    pub error: String,
    /// How many jobs.
    pub count: u64,
    /// When the first of them died.
    #[serde(serialize_with = "time::optional")]
    pub first_at: Option<DateTime>,
    /// When the last of them died.
    #[serde(serialize_with = "time::optional")]
    pub last_at: Option<DateTime>,
    /// One of them, to look at.
    pub sample_id: String,
}

impl FailureCohort {
    /// Which jobs are of the cohort: exactly these, and those that will be.
    #[must_use]
    pub fn filter(&self) -> JobFilter {
        JobFilter {
            error_class: Some(self.error.clone()),
            ..JobFilter::queue(&self.queue).state(JobState::Dead)
        }
    }
}

impl Operator {
    /// The dead jobs of every queue, or of the one asked for, grouped by error; largest group
    /// first. Documents that a worker made dead because they are no jobs are among them.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn failure_cohorts(&self, queue: Option<&str>) -> Result<Vec<FailureCohort>, Error> {
        const OPERATION: &str = "group dead jobs";
        let jobs = self.collections.jobs(&self.db);
        let aggregate = jobs.aggregate(by_error(queue)).allow_disk_use(true);
        let mut found = aggregate.max_time(MAX_TIME).await.context(OPERATION)?;
        let mut cohorts = BTreeMap::new();
        while let Some(group) = found.try_next().await.context(OPERATION)? {
            merge(&mut cohorts, &group);
        }
        let mut cohorts: Vec<_> = cohorts.into_values().collect();
        cohorts.sort_by_key(|cohort| std::cmp::Reverse(cohort.count));
        Ok(cohorts)
    }
}

fn by_error(queue: Option<&str>) -> [Document; 3] {
    let mut query = state_query(JobState::Dead);
    if let Some(queue) = queue {
        query.insert(f::QUEUE, queue);
    }
    let error = f::path(f::LAST_ERROR);
    // Of a document of another program it may be anything.
    let text = doc! { "$cond": [{ "$eq": [{ "$type": &error }, "string"] }, &error, ""] };
    let line = doc! { "$arrayElemAt": [{ "$split": [text, "\n"] }, 0] };
    let beginning = doc! { "$substrCP": [line, 0, MAX_CHARS] };
    [
        doc! { "$match": query },
        doc! { "$group": {
            f::ID: { "queue": f::path(f::QUEUE), "error": beginning },
            "count": { "$sum": 1 },
            "first": { "$min": f::path(f::FINISHED_AT) },
            "last": { "$max": f::path(f::FINISHED_AT) },
            "sample": { "$first": f::path(f::ID) },
        } },
        doc! { "$limit": MAX_TEXTS },
    ]
}

fn merge(cohorts: &mut BTreeMap<(String, String), FailureCohort>, group: &Document) {
    let key = group.get_document(f::ID).cloned().unwrap_or_default();
    let queue = key.get_str("queue").unwrap_or_default().to_owned();
    let error = error_class::of_error(key.get_str("error").unwrap_or_default());
    let count = group
        .get_i32("count")
        .map(i64::from)
        .or_else(|_| group.get_i64("count"))
        .unwrap_or(0);
    let first_at = group.get_datetime("first").ok().copied();
    let last_at = group.get_datetime("last").ok().copied();
    let cohort = cohorts
        .entry((queue.clone(), error.clone()))
        .or_insert_with(|| FailureCohort {
            queue,
            error,
            count: 0,
            first_at,
            last_at,
            sample_id: group.get("sample").map(id::shown).unwrap_or_default(),
        });
    cohort.count += u64::try_from(count).unwrap_or(0);
    cohort.first_at = cohort.first_at.into_iter().chain(first_at).min();
    cohort.last_at = cohort.last_at.into_iter().chain(last_at).max();
}
