//! Cancels jobs that are not finished.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};

use super::bulk::{BulkOptions, BulkReport, Selection};
use super::{Change, Operator};
use crate::error::Error;
use crate::model::{Outcome, Status, field as f};

impl Operator {
    /// Cancels the selected jobs that wait or run. A running job loses its lease: its handler is
    /// told through [`JobHandle::lost`](crate::JobHandle::lost), and whatever it returns is
    /// refused.
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
    pub async fn cancel_jobs(
        &self,
        selection: &Selection,
        options: BulkOptions,
    ) -> Result<BulkReport, Error> {
        self.change_all(Change::Cancel, selection, options).await
    }

    pub(super) fn cancellation(&self) -> [Document; 3] {
        [self.ended_attempt(Outcome::Cancelled), killed(), unlock()]
    }
}

fn killed() -> Document {
    let fields = doc! {
        f::STATUS: Status::Killed,
        f::FREED_KEY: { "$ifNull": [f::path(f::UNIQUE_KEY), f::path(f::FREED_KEY)] },
        f::FINISHED_AT: "$$NOW",
        f::LOCK_TOKEN: ObjectId::new(),
    };
    doc! { "$set": fields }
}

pub(super) fn cancellable() -> Document {
    doc! { f::STATUS: { "$in": [Status::Pending, Status::Running] } }
}

fn unlock() -> Document {
    doc! { "$unset": [f::LEASE_UNTIL, f::UNIQUE_KEY] }
}
