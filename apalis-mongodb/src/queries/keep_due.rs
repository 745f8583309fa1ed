//! Jobs that were due stay due when the server's clock is set back.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::options::Hint;

use super::levels::levels;
use crate::deadline::{CALL_LIMIT, within};
use crate::error::Error;
use crate::indexes::CLAIM;
use crate::model::{Status, field as f, time};

/// Makes those jobs of `queue` due that are dated ahead of a clock that was set back by `step`, and
/// were due when they were enqueued. Later ones wait for their time by the new clock.
pub(crate) async fn keep_due(
    jobs: &Collection<Document>,
    queue: &str,
    step: Duration,
) -> Result<u64, Error> {
    let mut changed = 0;
    for level in levels(jobs, queue).await? {
        // An own range of the index for each priority.
        let filter = filter(queue, level.priority, level.now, step);
        let update = vec![doc! { "$set": { f::RUN_AT: "$$NOW" } }];
        let jobs = jobs.clone();
        let updating = async move {
            let update = jobs.update_many(filter, update);
            update.hint(Hint::Name(CLAIM.to_owned())).await
        };
        let updated = within(CALL_LIMIT, "keep jobs due", updating).await?;
        changed += updated.modified_count;
    }
    Ok(changed)
}

fn filter(queue: &str, priority: i32, now: DateTime, step: Duration) -> Document {
    let (run_at, created_at) = (f::path(f::RUN_AT), f::path(f::CREATED_AT));
    // The time by the old clock goes on meanwhile; who still goes by it is late by a second at most.
    let old_now = time::after(now, step + Duration::from_secs(1));
    doc! {
        f::QUEUE: queue,
        f::STATUS: Status::Pending,
        f::PRIORITY: priority,
        f::RUN_AT: { "$gt": now, "$lte": old_now },
        "$expr": { "$and": [
            { "$gt": [&created_at, "$$NOW"] },
            { "$lte": [run_at, created_at] },
        ] },
    }
}
