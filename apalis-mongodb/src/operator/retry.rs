//! Brings dead and cancelled jobs back to life.

use mongodb::Database;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{DateTime, Document, doc};

use super::bulk::{BulkOptions, BulkReport, Selection, Steps, ids_of};
use crate::config::Collections;
use crate::error::{Context, Error};
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

/// Makes the selected dead and cancelled jobs ready again, keeping their history. Each change is
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
        let found = steps.next(doc! { f::ID: 1 }).await?;
        if found.is_empty() {
            return Ok(report);
        }
        let mut filter = retryable();
        filter.insert(f::ID, doc! { "$in": ids_of(&found) });
        let outcome = jobs
            .update_many(filter, vec![revival(options)])
            .write_concern(mongodb::options::WriteConcern::majority())
            .await
            .context("retry jobs")?;
        report.matched += found.len() as u64;
        report.changed += outcome.modified_count;
    }
}

fn retryable() -> Document {
    doc! { f::STATUS: { "$in": [Status::Failed, Status::Killed] } }
}

fn revival(options: RetryOptions) -> Document {
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
    doc! { "$replaceWith": { "$unsetField": {
        "field": f::EXPIRE_AT,
        "input": { "$unsetField": {
            "field": f::FINISHED_AT,
            "input": { "$mergeObjects": ["$$ROOT", {
                f::STATUS: Status::Pending,
                f::RUN_AT: run_at,
                f::ATTEMPTS: attempts,
                f::CRASHES: 0,
                f::LOCK_TOKEN: ObjectId::new(),
            }] },
        } },
    } } }
}
