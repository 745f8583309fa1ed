//! Runs waiting jobs at once.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};

use super::bulk::{BulkOptions, BulkReport, Selection};
use super::{Change, Operator};
use crate::error::Error;
use crate::model::{JobState, Status, field as f};

impl Operator {
    /// Makes the job `id` due now, whether it was enqueued for later or backs off after a failure,
    /// and wakes the workers of its queue. A job that is due already keeps its place. Attempts and
    /// priority stay as they are.
    ///
    /// ```no_run
    /// # async fn hurry(operator: apalis_mongodb::Operator) -> Result<(), apalis_mongodb::Error> {
    /// operator.run_now("order-17").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::NotFound`] when there is no such job.
    /// - [`Error::WrongState`] when it does not wait, with what to do instead: it runs, is
    ///   finished, or is no job at all.
    /// - [`Error::Database`] when the database fails.
    pub async fn run_now(&self, id: &str) -> Result<(), Error> {
        match self
            .change_one(id, waiting(), due_now(), "run a job now")
            .await?
        {
            None => Ok(()),
            Some(state) => Err(Error::WrongState {
                id: id.to_owned(),
                state,
                advice: advice(state),
            }),
        }
    }

    /// Makes the selected jobs that wait due now, as [`run_now`](Self::run_now) does one of them.
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
    pub async fn run_jobs_now(
        &self,
        selection: &Selection,
        options: BulkOptions,
    ) -> Result<BulkReport, Error> {
        self.change_all(Change::RunNow, selection, options).await
    }
}

pub(super) fn waiting() -> Document {
    doc! { f::STATUS: Status::Pending }
}

/// Due now, unless it is already. A worker that found it as it was claims it no more.
pub(super) fn due_now() -> Document {
    doc! { "$set": { f::RUN_AT: due_at(), f::LOCK_TOKEN: ObjectId::new() } }
}

/// When the job was due, if it was; now otherwise.
pub(super) fn due_at() -> Document {
    let run_at = f::path(f::RUN_AT);
    let is_due = doc! { "$and": [
        { "$eq": [{ "$type": &run_at }, "date"] },
        { "$lt": [&run_at, "$$NOW"] },
    ] };
    doc! { "$cond": [is_due, run_at, "$$NOW"] }
}

const fn advice(state: JobState) -> &'static str {
    match state {
        JobState::Running => "it runs already; to start it over, release it",
        JobState::Done => "it has succeeded; enqueue a new job to do the same again",
        JobState::Dead | JobState::Cancelled => "retry it to make it run again",
        JobState::Malformed => "no worker can read it; delete it and enqueue a job in its place",
        JobState::Scheduled | JobState::Ready => "it has changed meanwhile; try again",
    }
}
