//! Parks queues.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};

use super::Operator;
use crate::error::Error;
use crate::model::parking::{PROBE_MS, REASON, SINCE};
use crate::model::{Rate, time};

/// Longer reasons are cut.
const MAX_REASON_CHARS: usize = 500;

impl Operator {
    /// Parks `queue`, for what its jobs need is not there: from now on workers start one job in each
    /// `probe_every`, to see whether it is there again, until [`unpark_queue`](Self::unpark_queue): of the
    /// least urgent jobs the one that became due last, since those that have failed stand further ahead. A
    /// rate that was set for the queue holds again then, and meanwhile where it is the slower one. Of a
    /// queue that is parked already only the reason and the period change. Workers notice within two
    /// seconds, at once with a change stream.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQueueName`], [`Error::InvalidRate`] when the period is not one of a rate, and
    /// [`Error::Database`] when the database fails.
    pub async fn park_queue(
        &self,
        queue: &str,
        probe_every: Duration,
        reason: &str,
    ) -> Result<(), Error> {
        let per = probe_every;
        Rate { starts: 1, per }.validate()?;
        let reason: String = reason.chars().take(MAX_REASON_CHARS).collect();
        let is_parked = is_parked();
        let park = doc! { "$set": {
            "parked": {
                SINCE: { "$cond": [is_parked.clone(), format!("$parked.{SINCE}"), "$$NOW"] },
                REASON: { "$literal": reason },
                PROBE_MS: time::millis(probe_every),
            },
            // The first job starts after a whole period.
            "bucket": { "$cond": [is_parked, "$bucket", empty_bucket()] },
        } };
        self.change_queue(queue, vec![park], "park a queue").await
    }

    /// Lets the jobs of `queue` start as before it was parked; a rate begins with none that may start at
    /// once. Of a queue that is not parked nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQueueName`], and [`Error::Database`] when the database fails.
    pub async fn unpark_queue(&self, queue: &str) -> Result<(), Error> {
        // Not removed: workers are told of fields that are set.
        let unpark = doc! { "$set": {
            "bucket": { "$cond": [is_parked(), empty_bucket(), "$bucket"] },
            "parked": Bson::Null,
        } };
        self.change_queue(queue, vec![unpark], "unpark a queue")
            .await
    }
}

fn is_parked() -> Document {
    doc! { "$eq": [{ "$type": "$parked" }, "object"] }
}

/// A rate of which nothing may start yet.
fn empty_bucket() -> Document {
    doc! { "tokens": 0.0, "at": "$$NOW" }
}
