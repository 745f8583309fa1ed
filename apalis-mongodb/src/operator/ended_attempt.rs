//! Ends the running attempt of a job in its history.

use mongodb::bson::{Document, doc};

use super::Operator;
use super::expressions::{list, of_type};
use crate::model::{Outcome, Status, field as f};

impl Operator {
    /// A running attempt ends in the history, with `outcome`. What a foreign document lacks or has of
    /// another type is made up for, so that it can be changed as well.
    pub(super) fn ended_attempt(&self, outcome: Outcome) -> Document {
        let known = list(f::HISTORY);
        let entry = doc! {
            "attempt": of_type(f::ATTEMPTS, &["int", "long"], 0),
            "worker": of_type(f::WORKER, &["string"], "?"),
            "started_at": of_type(f::STARTED_AT, &["date"], "$$NOW"),
            "finished_at": "$$NOW",
            "outcome": outcome.as_str(),
        };
        let extended = doc! { "$concatArrays": [&known, [entry]] };
        let most = self.history_limit.min(i32::MAX as u32) as i32;
        let extended = doc! { "$slice": [extended, -most] };
        let running = doc! { "$eq": [f::path(f::STATUS), Status::Running] };
        doc! { "$set": { f::HISTORY: { "$cond": [running, extended, known] } } }
    }
}
