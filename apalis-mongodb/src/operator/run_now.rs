//! Runs a waiting job at once.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};

use super::Operator;
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
        let waiting = doc! { f::STATUS: Status::Pending };
        match self
            .change_one(id, waiting, due_now(), "run a job now")
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
}

/// Due now, unless it is already. A worker that found it as it was claims it no more.
fn due_now() -> Document {
    let run_at = f::path(f::RUN_AT);
    let is_due = doc! { "$and": [
        { "$eq": [{ "$type": &run_at }, "date"] },
        { "$lt": [&run_at, "$$NOW"] },
    ] };
    doc! { "$set": {
        f::RUN_AT: { "$cond": [is_due, run_at, "$$NOW"] },
        f::LOCK_TOKEN: ObjectId::new(),
    } }
}

const fn advice(state: JobState) -> &'static str {
    match state {
        JobState::Running => "it runs already; to start it over, cancel it and then retry it",
        JobState::Done => "it has succeeded; enqueue a new job to do the same again",
        JobState::Dead | JobState::Cancelled => "retry it to make it run again",
        JobState::Malformed => "no worker can read it; delete it and enqueue a job in its place",
        JobState::Scheduled | JobState::Ready => "it has changed meanwhile; try again",
    }
}
