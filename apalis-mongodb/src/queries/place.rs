//! Places in the order in which jobs are claimed, and the keys of the index that stand for them.

use std::time::Duration;

use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use crate::model::{JobDocument, Status, field as f, time};

/// A place in the order in which the jobs of a queue are claimed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    priority: i32,
    run_at: DateTime,
    #[serde(rename = "_id")]
    id: String,
}

impl Place {
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

    /// The place behind this one: no id comes between an id and the same with a zero at its end.
    pub(crate) fn next(mut self) -> Self {
        self.id.push('\0');
        self
    }

    /// The first place of the same priority that is due later than at `run_at`.
    fn after(&self, run_at: DateTime) -> Self {
        let next = time::after(run_at, Duration::from_millis(1));
        Self::new(self.priority, next, "")
    }

    /// As a key of the index, of waiting jobs of `queue`.
    pub(super) fn key(&self, queue: &str) -> Document {
        doc! {
            f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: self.priority,
            f::RUN_AT: self.run_at, f::ID: &self.id,
        }
    }
}

/// The part of the index from `place` to the end of what may be due. Whether a job is due is for
/// the filter to say, by the server's own clock; so the end is a little later.
pub(super) fn due_from(queue: &str, place: &Place, until: DateTime) -> (Document, Document) {
    let end = time::after(until, Duration::from_secs(1)).max(place.run_at);
    (place.key(queue), place.after(end).key(queue))
}

/// The part of the index from `place` to what was due at `until`; `None` if that is before it.
pub(super) fn until(queue: &str, place: &Place, until: DateTime) -> Option<(Document, Document)> {
    (place.run_at <= until).then(|| (place.key(queue), place.after(until).key(queue)))
}

/// Where the waiting jobs of `queue` begin in the index.
pub(super) fn first_key(queue: &str) -> Document {
    doc! {
        // From the highest priority down.
        f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: Bson::MaxKey,
        f::RUN_AT: Bson::MinKey, f::ID: Bson::MinKey,
    }
}
