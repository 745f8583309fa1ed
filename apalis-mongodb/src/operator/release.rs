//! Takes running jobs from their workers.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};

use super::bulk::{BulkOptions, BulkReport, Selection};
use super::expressions::number;
use super::run_now::due_at;
use super::{Change, Operator};
use crate::error::Error;
use crate::model::{Outcome, Status, field as f};

impl Operator {
    /// Takes the selected jobs that run from their workers and makes them ready for any worker, for
    /// instance because theirs hangs. As after a worker's shutdown the attempt is not counted. Its
    /// handler goes on until it notices, with the next heartbeat ([`JobHandle::lost`](crate::JobHandle::lost)),
    /// and whatever it returns is refused; so the job may be at work twice for a while.
    ///
    /// ```no_run
    /// # use apalis_mongodb::operator::{BulkOptions, Selection};
    /// # async fn free(operator: apalis_mongodb::Operator) -> Result<(), apalis_mongodb::Error> {
    /// let hangs = Selection::id("order-17");
    /// let report = operator.release_jobs(&hangs, BulkOptions::default()).await?;
    /// println!("{} released", report.changed);
    /// # Ok(())
    /// # }
    /// ```
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
    pub async fn release_jobs(
        &self,
        selection: &Selection,
        options: BulkOptions,
    ) -> Result<BulkReport, Error> {
        self.change_all(Change::Release, selection, options).await
    }

    pub(super) fn release(&self) -> [Document; 3] {
        [
            self.ended_attempt(Outcome::Released),
            ready(),
            doc! { "$unset": [f::LEASE_UNTIL, f::STARTED_AT] },
        ]
    }
}

pub(super) fn running() -> Document {
    doc! { f::STATUS: Status::Running }
}

/// Ready, in the place that it had. Its worker's token is not good any more.
fn ready() -> Document {
    let one_less = doc! { "$subtract": [number(f::ATTEMPTS, 1), 1] };
    doc! { "$set": {
        f::STATUS: Status::Pending,
        f::RUN_AT: due_at(),
        f::ATTEMPTS: { "$max": [0, one_less] },
        f::LOCK_TOKEN: ObjectId::new(),
    } }
}
