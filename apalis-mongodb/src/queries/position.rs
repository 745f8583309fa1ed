//! Positions in the order in which jobs are claimed, and the keys of the index that stand for them.

use std::time::Duration;

use mongodb::bson::{DateTime, Document, doc};

use crate::model::{JobDocument, Status, field as f, time};

/// Where a job stands in the order in which the jobs of its queue are claimed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    priority: i32,
    run_at: DateTime,
    id: String,
}

impl Position {
    pub(crate) fn new(priority: i32, run_at: DateTime, id: &str) -> Self {
        Self {
            priority,
            run_at,
            id: id.to_owned(),
        }
    }

    pub(crate) fn of(job: &JobDocument) -> Self {
        Self::new(job.priority, job.run_at, &job.id)
    }

    /// The part of the claim index from here to the end of what may be due at `now`, in this
    /// priority. Whether a job is due is for the filter to say, by the server's own clock; so the
    /// end is a second later.
    pub(super) fn bounds(&self, queue: &str, now: DateTime) -> (Document, Document) {
        let key = |run_at: DateTime, id: &str| {
            doc! {
                f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: self.priority,
                f::RUN_AT: run_at, f::ID: id,
            }
        };
        let end = time::after(now, Duration::from_secs(1)).max(self.run_at);
        let end = time::after(end, Duration::from_millis(1));
        (key(self.run_at, &self.id), key(end, ""))
    }
}
