//! Which of many processes reports on a queue.

use std::time::Duration;

use mongodb::bson::{DateTime, Document, doc};

use super::Operator;
use crate::error::{Context, Error};
use crate::model::{field as f, time};

const REPORTER: &str = "reporter";
const REPORTING_UNTIL: &str = "reporting_until";

impl Operator {
    /// Whether `reporter` is the one process that reports on `queue`, which it then is for `term`, and
    /// for longer if it asks again before that is over. So figures that are the same for all processes
    /// are reported once, and a sum over the processes is right. All have to give the same `term`.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn reserve_reporting(
        &self,
        queue: &str,
        reporter: &str,
        term: Duration,
    ) -> Result<bool, Error> {
        const OPERATION: &str = "reserve the reports on a queue";
        if self.take_reporting(queue, reporter, term).await? {
            return Ok(true);
        }
        // Another one reports, or nobody knows of the queue yet.
        let queues = self.collections.queues(&self.db);
        let new = doc! { "$setOnInsert": { REPORTER: "" } };
        let made = queues.update_one(doc! { f::ID: queue }, new).upsert(true);
        if made.await.context(OPERATION)?.upserted_id.is_none() {
            return Ok(false);
        }
        self.take_reporting(queue, reporter, term).await
    }

    /// `reporter` reports no more; the next one to ask does. For whoever is stopped.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the database fails.
    pub async fn end_reporting(&self, reporter: &str) -> Result<(), Error> {
        let fields = doc! { REPORTER: "", REPORTING_UNTIL: "" };
        let queues = self.collections.queues(&self.db);
        queues
            .update_many(doc! { REPORTER: reporter }, doc! { "$unset": fields })
            .await
            .map(drop)
            .context("end the reports on queues")
    }

    async fn take_reporting(
        &self,
        queue: &str,
        reporter: &str,
        term: Duration,
    ) -> Result<bool, Error> {
        let queues = self.collections.queues(&self.db);
        let outcome = queues
            .update_one(free_for(queue, reporter, term), vec![taken(reporter, term)])
            .await
            .context("reserve the reports on a queue")?;
        Ok(outcome.matched_count == 1)
    }
}

fn until(term: Duration) -> Document {
    doc! { "$add": ["$$NOW", time::millis(term)] }
}

fn free_for(queue: &str, reporter: &str, term: Duration) -> Document {
    let taken_until = doc! { "$ifNull": [f::path(REPORTING_UNTIL), DateTime::from_millis(0)] };
    // One that ends later was written before the server's clock was set back.
    let free = doc! { "$or": [
        { "$eq": [f::path(REPORTER), { "$literal": reporter }] },
        { "$lt": [&taken_until, "$$NOW"] },
        { "$gt": [&taken_until, until(term)] },
    ] };
    doc! { f::ID: queue, "$expr": free }
}

fn taken(reporter: &str, term: Duration) -> Document {
    doc! { "$set": { REPORTER: { "$literal": reporter }, REPORTING_UNTIL: until(term) } }
}
