//! Changes many jobs, a step at a time.

use std::collections::BTreeSet;

use mongodb::bson::{Bson, DateTime, Document, doc};

use super::bulk::{BulkOptions, BulkReport, Selection, Steps};
use super::note::is_noted;
use super::{
    MAX_TIME, Note, Operator, RetryOptions, bulk, cancel, delete, release, retry, run_now,
};
use crate::error::{Context, Error};
use crate::model::{field as f, id};

/// What is done to jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// As [`Operator::retry_jobs`], with all attempts.
    Retry,
    /// As [`Operator::run_jobs_now`].
    RunNow,
    /// As [`Operator::cancel_jobs`].
    Cancel,
    /// As [`Operator::delete_jobs`].
    Delete,
    /// As [`Operator::release_jobs`].
    Release,
}

/// How a step is done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepOptions {
    /// Only jobs behind this one, which is the [`Step::cursor`] of the step before.
    pub after: Option<String>,
    /// At most so many jobs; 500 if more.
    pub most: u64,
    /// Only jobs that were there at this instant. Of a retry only those that were dead or cancelled then, and
    /// of a delete none that has died, was cancelled or was done since.
    pub cutoff: Option<DateTime>,
    /// What is left in the log of each job that is changed. A deleted job has no log.
    pub note: Option<Note>,
}

/// What came of a step.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The jobs that it was about, in the order of their ids; none at the end of the walk.
    pub ids: Vec<String>,
    /// What came of them.
    pub report: BulkReport,
    /// The last of them, for [`StepOptions::after`] of the next step.
    pub cursor: Option<String>,
}

impl Operator {
    /// Makes `change` to the next few of the selected jobs, in ascending order of their ids. Each change is
    /// conditional on the state of its job, so that of two at once one finds nothing to do.
    ///
    /// # Errors
    ///
    /// Jobs that come before the failure are changed.
    ///
    /// - [`Error::InvalidCursor`] for an empty [`StepOptions::after`].
    /// - [`Error::Database`] when the database fails.
    /// - [`Error::TimedOut`] when it does not answer within 90 s; whether the step was carried out is not
    ///   known.
    /// - [`Error::Refused`] when it refuses the step for anything but what a job holds, as for missing
    ///   rights; such a job is counted in [`BulkReport::refused`].
    /// - [`Error::Stopped`] when the runtime is shut down meanwhile.
    pub async fn change_step(
        &self,
        change: Change,
        selection: &Selection,
        options: &StepOptions,
    ) -> Result<Step, Error> {
        let condition = change.condition(options);
        let mut steps = self.steps(selection, &condition, options)?;
        let Some(ids) = steps.next().await? else {
            return Ok(Step::default());
        };
        let (note, report) = (options.note.as_ref(), &mut steps.report);
        self.change_each(change, &ids, condition, note, report)
            .await?;
        Ok(Step {
            cursor: ids.last().map(id::cursor),
            ids: ids.iter().map(id::shown).collect(),
            report: steps.report,
        })
    }

    /// The jobs that the next step would be about, in the order of their ids. Who keeps them before the step
    /// can tell afterwards which of them it has deleted: a deleted job has no note.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidCursor`] for an empty [`StepOptions::after`], and [`Error::Database`] when the database
    /// fails.
    pub async fn next_jobs(
        &self,
        change: Change,
        selection: &Selection,
        options: &StepOptions,
    ) -> Result<Vec<String>, Error> {
        let condition = change.condition(options);
        let mut steps = self.steps(selection, &condition, options)?;
        let ids = steps.next().await?.unwrap_or_default();
        Ok(ids.iter().map(id::shown).collect())
    }

    /// The queues of the jobs that the steps would be about from now on; [`StepOptions::most`] is not looked
    /// at.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidCursor`], and [`Error::Database`] when the database fails.
    pub async fn step_queues(
        &self,
        change: Change,
        selection: &Selection,
        options: &StepOptions,
    ) -> Result<BTreeSet<String>, Error> {
        let query = doc! { "$and": [selection.to_query(), change.condition(options)] };
        let query = beyond(query, cursor(options.after.as_deref())?);
        let jobs = self.collections.jobs(&self.db);
        let found = jobs.distinct(f::QUEUE, query).max_time(MAX_TIME).await;
        let found = found.context("list the queues of selected jobs")?;
        let names = found.into_iter().filter_map(|value| match value {
            Bson::String(name) => Some(name),
            _ => None,
        });
        Ok(names.collect())
    }

    /// How many jobs the steps would be about from now on; [`StepOptions::most`] is not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidCursor`], and [`Error::Database`] when the database fails.
    pub async fn count_steps(
        &self,
        change: Change,
        selection: &Selection,
        options: &StepOptions,
    ) -> Result<u64, Error> {
        let query = doc! { "$and": [selection.to_query(), change.condition(options)] };
        let query = beyond(query, cursor(options.after.as_deref())?);
        self.count(query, "count selected jobs").await
    }

    /// The selected jobs behind the job `after` that have a line in their log with [`Note::key`] `key`: how
    /// many, and the last of them for [`StepOptions::after`]. With it a walk goes on whose last step is not
    /// known to have been carried out. Conditions about what changes in a job's life (its state, error and
    /// outcome) are not looked at: the change may have changed them. No index tells.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidCursor`], and [`Error::Database`] when the database fails.
    pub async fn find_noted(
        &self,
        selection: &Selection,
        key: &str,
        after: Option<&str>,
    ) -> Result<(u64, Option<String>), Error> {
        const OPERATION: &str = "find noted jobs";
        let lasting = match selection {
            Selection::Ids(_) => selection.to_query(),
            Selection::Filter(filter) => filter.lasting().to_query(),
        };
        let query = beyond(doc! { "$and": [lasting, is_noted(key)] }, cursor(after)?);
        let found = self.count(query.clone(), OPERATION).await?;
        let jobs = self.collections.jobs(&self.db);
        let find = jobs
            .find_one(query)
            .sort(doc! { f::ID: -1 })
            .projection(doc! { f::ID: 1 })
            .max_time(MAX_TIME);
        let last = find.await.context(OPERATION)?;
        let last = last.as_ref().and_then(|job| job.get(f::ID));
        Ok((found, last.map(id::cursor)))
    }

    /// The walk of which a step is the first one.
    fn steps(
        &self,
        selection: &Selection,
        condition: &Document,
        options: &StepOptions,
    ) -> Result<Steps<'_>, Error> {
        let bounds = BulkOptions {
            dry_run: false,
            max_jobs: Some(options.most),
        };
        let after = cursor(options.after.as_deref())?;
        Ok(Steps::new(self, selection, condition, bounds).behind(after))
    }

    /// Makes `change` to all of the selected jobs.
    pub(super) async fn change_all(
        &self,
        change: Change,
        selection: &Selection,
        options: BulkOptions,
    ) -> Result<BulkReport, Error> {
        let condition = change.state();
        let mut steps = Steps::new(self, selection, &condition, options);
        while let Some(ids) = steps.next().await? {
            self.change_each(change, &ids, condition.clone(), None, &mut steps.report)
                .await?;
        }
        Ok(steps.report)
    }

    async fn change_each(
        &self,
        change: Change,
        ids: &[Bson],
        condition: Document,
        note: Option<&Note>,
        report: &mut BulkReport,
    ) -> Result<(), Error> {
        let (mut update, operation) = match change {
            Change::Delete => return self.delete_each(ids, condition, report).await,
            Change::Retry => (
                retry::revival(RetryOptions::default()).to_vec(),
                "retry jobs",
            ),
            Change::RunNow => (vec![run_now::due_now()], "run jobs now"),
            Change::Cancel => (self.cancellation().to_vec(), "cancel jobs"),
            Change::Release => (self.release().to_vec(), "release jobs"),
        };
        if let Some(note) = note {
            // First: it names the attempt that was the last one.
            update.insert(0, note.stage());
        }
        self.update_each(ids, &condition, &update, operation, report)
            .await
    }

    pub(super) async fn count(
        &self,
        query: Document,
        operation: &'static str,
    ) -> Result<u64, Error> {
        let jobs = self.collections.jobs(&self.db);
        let count = jobs.count_documents(query).max_time(MAX_TIME).await;
        count.context(operation)
    }
}

impl Change {
    /// The states in which it can be made.
    fn state(self) -> Document {
        match self {
            Self::Retry => retry::retryable(),
            Self::RunNow => run_now::waiting(),
            Self::Cancel => cancel::cancellable(),
            Self::Delete => delete::deletable(),
            Self::Release => release::running(),
        }
    }

    /// What must hold for a job that it is made to.
    fn condition(self, options: &StepOptions) -> Document {
        let mut condition = self.state();
        if let Some(cutoff) = options.cutoff {
            // A document of another program may not say when.
            condition.insert(f::CREATED_AT, doc! { "$not": { "$gt": cutoff } });
            if matches!(self, Self::Retry | Self::Delete) {
                condition.insert(f::FINISHED_AT, doc! { "$not": { "$gt": cutoff } });
            }
        }
        if let Some(note) = options.note.as_ref().filter(|_| self != Self::Delete) {
            condition.extend(note.is_missing());
        }
        condition
    }
}

/// The job that a cursor names.
fn cursor(text: Option<&str>) -> Result<Option<Bson>, Error> {
    match text {
        Some("") => Err(Error::InvalidCursor),
        text => Ok(text.map(id::of_cursor)),
    }
}

/// What `query` means behind the job `after`.
fn beyond(query: Document, after: Option<Bson>) -> Document {
    match after {
        Some(after) => doc! { "$and": [query, bulk::behind("$gt", &after)] },
        None => query,
    }
}
