//! Brings dead and cancelled jobs back to life.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::{Hint, WriteConcern};
use mongodb::{Collection, Database};

use super::bulk::{BulkOptions, BulkReport, Selection, Steps, ids_of};
use crate::config::Collections;
use crate::error::{Context, Error, is_duplicate_key};
use crate::indexes::by_id;
use crate::model::{Status, field as f};

/// How jobs are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryOptions {
    /// Give the job its full number of attempts again. Otherwise it gets one more.
    pub reset_attempts: bool,
    /// When it shall run; at once unless set.
    pub run_at: Option<DateTime>,
    /// Only count what would be retried.
    pub dry_run: bool,
    /// Stop after so many jobs.
    pub max_jobs: Option<u64>,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            reset_attempts: true,
            run_at: None,
            dry_run: false,
            max_jobs: None,
        }
    }
}

/// Makes the selected dead and cancelled jobs ready again, keeping their history and their unique
/// key; one whose key another job holds by now is left alone and counted apart. Each change is
/// conditional on the state, so of two concurrent retries one runs the job and the other finds
/// nothing to do.
///
/// # Errors
///
/// When the database fails; the steps before the failure are done.
pub async fn retry_jobs(
    db: &Database,
    collections: &Collections,
    selection: &Selection,
    options: RetryOptions,
) -> Result<BulkReport, Error> {
    let query = doc! { "$and": [selection.to_query(), retryable()] };
    let bulk = BulkOptions {
        dry_run: options.dry_run,
        max_jobs: options.max_jobs,
    };
    let mut steps = Steps::new(db, collections, query, bulk);
    let mut report = BulkReport {
        dry_run: options.dry_run,
        ..BulkReport::default()
    };
    if options.dry_run {
        report.matched = steps.count().await?;
        return Ok(report);
    }
    let jobs = collections.jobs(db);
    loop {
        let found = steps.next(doc! { f::ID: 1, f::FREED_KEY: 1 }).await?;
        if found.is_empty() {
            return Ok(report);
        }
        report.matched += found.len() as u64;
        let (keyed, plain): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|job| job.contains_key(f::FREED_KEY));
        if !plain.is_empty() {
            report.changed += revive(&jobs, &ids_of(&plain), options).await?.unwrap_or(0);
        }
        for id in ids_of(&keyed) {
            // One by one: only those whose key is taken again are left alone.
            match revive(&jobs, &[id], options).await? {
                Some(changed) => report.changed += changed,
                None => report.conflicts += 1,
            }
        }
    }
}

/// How many jobs were revived; `None` when the unique key of one is taken.
async fn revive(
    jobs: &Collection<Document>,
    ids: &[String],
    options: RetryOptions,
) -> Result<Option<u64>, Error> {
    let mut filter = retryable();
    filter.insert(f::ID, doc! { "$in": ids });
    let update = jobs
        .update_many(filter, revival(options))
        .hint(Hint::Keys(by_id()))
        .write_concern(WriteConcern::majority());
    match update.await {
        Ok(outcome) => Ok(Some(outcome.modified_count)),
        Err(error) if is_duplicate_key(&error) => Ok(None),
        Err(source) => Err(source).context("retry jobs"),
    }
}

fn retryable() -> Document {
    doc! { f::STATUS: { "$in": [Status::Failed, Status::Killed] } }
}

fn revival(options: RetryOptions) -> Vec<Document> {
    let run_at = options
        .run_at
        .map_or_else(|| "$$NOW".into(), mongodb::bson::Bson::DateTime);
    let attempts = if options.reset_attempts {
        doc! { "$literal": 0 }
    } else {
        // One more attempt, whether its attempts were used up or not.
        let all_but_one = doc! { "$subtract": [format!("${}", f::MAX_ATTEMPTS), 1] };
        doc! { "$min": [format!("${}", f::ATTEMPTS), all_but_one] }
    };
    vec![
        doc! { "$set": {
            f::STATUS: Status::Pending,
            f::RUN_AT: run_at,
            f::ATTEMPTS: attempts,
            f::CRASHES: 0,
            f::LOCK_TOKEN: ObjectId::new(),
            f::UNIQUE_KEY: format!("${}", f::FREED_KEY),
        } },
        doc! { "$unset": [f::EXPIRE_AT, f::FINISHED_AT, f::FREED_KEY] },
    ]
}
