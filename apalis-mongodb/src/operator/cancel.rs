//! Cancels jobs that are not finished.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};

use super::Operator;
use super::bulk::{BulkOptions, BulkReport, Selection, Steps};
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
        let query = doc! { "$and": [selection.to_query(), cancellable()] };
        let mut steps = Steps::new(self, query, options);
        let mut report = BulkReport::new(options);
        if options.dry_run {
            report.matched = steps.count().await?;
            return Ok(report);
        }
        loop {
            let ids = steps.next().await?;
            if ids.is_empty() {
                return Ok(report);
            }
            let update = [self.ended_attempt(), cancellation(), unlock()];
            self.update_each(&ids, &cancellable(), &update, "cancel jobs", &mut report)
                .await?;
        }
    }

    /// A running attempt ends in the history. What a foreign document lacks or has of another type
    /// is made up for, so that it can be cancelled as well.
    fn ended_attempt(&self) -> Document {
        let history = f::path(f::HISTORY);
        let known = doc! { "$cond": [{ "$isArray": &history }, &history, []] };
        let entry = doc! {
            "attempt": of_type(f::ATTEMPTS, &["int", "long"], 0),
            "worker": of_type(f::WORKER, &["string"], "?"),
            "started_at": of_type(f::STARTED_AT, &["date"], "$$NOW"),
            "finished_at": "$$NOW",
            "outcome": Outcome::Cancelled.as_str(),
        };
        let extended = doc! { "$concatArrays": [&known, [entry]] };
        let most = self.history_limit.min(i32::MAX as u32) as i32;
        let extended = doc! { "$slice": [extended, -most] };
        let running = doc! { "$eq": [f::path(f::STATUS), Status::Running] };
        doc! { "$set": { f::HISTORY: { "$cond": [running, extended, known] } } }
    }
}

fn cancellation() -> Document {
    let fields = doc! {
        f::STATUS: Status::Killed,
        f::FREED_KEY: { "$ifNull": [f::path(f::UNIQUE_KEY), f::path(f::FREED_KEY)] },
        f::FINISHED_AT: "$$NOW",
        f::LOCK_TOKEN: ObjectId::new(),
    };
    doc! { "$set": fields }
}

fn cancellable() -> Document {
    doc! { f::STATUS: { "$in": [Status::Pending, Status::Running] } }
}

fn of_type(field: &str, types: &[&str], otherwise: impl Into<Bson>) -> Document {
    let is_right = doc! { "$in": [{ "$type": f::path(field) }, types] };
    doc! { "$cond": [is_right, f::path(field), otherwise.into()] }
}

fn unlock() -> Document {
    doc! { "$unset": [f::LEASE_UNTIL, f::UNIQUE_KEY] }
}
