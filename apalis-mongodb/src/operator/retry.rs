//! Brings dead and cancelled jobs back to life.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};

use super::Operator;
use super::bulk::{BulkOptions, BulkReport, Selection, Steps};
use super::expressions::number;
use crate::error::Error;
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

impl Operator {
    /// Makes the selected dead and cancelled jobs ready again, keeping their history and their
    /// unique key; one whose key another job holds by now is left alone and counted apart. Each
    /// change is conditional on the state, so of two concurrent retries one runs the job and the
    /// other finds nothing to do.
    ///
    /// # Errors
    ///
    /// The steps before the failure are done.
    ///
    /// - [`Error::Database`] when the database fails.
    /// - [`Error::TimedOut`] when it does not answer a step within 90 s; whether that step was
    ///   carried out is not known.
    /// - [`Error::Refused`] when it refuses a step for anything but what a job holds, as for
    ///   missing rights; such a job is counted in [`BulkReport::refused`].
    /// - [`Error::Stopped`] when the runtime is shut down meanwhile.
    pub async fn retry_jobs(
        &self,
        selection: &Selection,
        options: RetryOptions,
    ) -> Result<BulkReport, Error> {
        let bulk = BulkOptions {
            dry_run: options.dry_run,
            max_jobs: options.max_jobs,
        };
        let condition = retryable();
        let mut steps = Steps::new(self, selection, &condition, bulk);
        while let Some(ids) = steps.next().await? {
            let (update, report) = (revival(options), &mut steps.report);
            self.update_each(&ids, &condition, &update, "retry jobs", report)
                .await?;
        }
        Ok(steps.report)
    }
}

pub(super) fn retryable() -> Document {
    doc! { f::STATUS: { "$in": [Status::Failed, Status::Killed] } }
}

pub(super) fn revival(options: RetryOptions) -> [Document; 2] {
    let run_at = options
        .run_at
        .map_or_else(|| "$$NOW".into(), Bson::DateTime);
    let attempts = if options.reset_attempts {
        doc! { "$literal": 0 }
    } else {
        // One more attempt, whether its attempts were used up or not.
        let all_but_one = doc! { "$subtract": [number(f::MAX_ATTEMPTS, 1), 1] };
        doc! { "$min": [number(f::ATTEMPTS, 0), all_but_one] }
    };
    [
        doc! { "$set": {
            f::STATUS: Status::Pending,
            f::RUN_AT: run_at,
            f::ATTEMPTS: attempts,
            f::CRASHES: 0,
            f::SNOOZES: 0,
            f::LOCK_TOKEN: ObjectId::new(),
            f::UNIQUE_KEY: f::path(f::FREED_KEY),
        } },
        doc! { "$unset": [f::EXPIRE_AT, f::FINISHED_AT, f::FREED_KEY] },
    ]
}
