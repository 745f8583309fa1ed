//! Removes finished jobs that were kept long enough.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Hint;

use crate::compat::encoded_bytes;
use crate::deadline::within;
use crate::error::Error;
use crate::indexes::{FINISHED, by_id, since_epoch};
use crate::model::{Status, field as f, time};

/// So many are removed at once: few enough to hold nobody up, and enough to keep up with what
/// workers finish.
pub(crate) const STEP: usize = 1000;

/// And no more than these, for documents that are no jobs may have ids of any length.
const STEP_BYTES: usize = 8 * 1024 * 1024;

/// The limit of a step. The next one begins where this one ended.
const STEP_LIMIT: Duration = Duration::from_secs(15);

/// Longer ages are none the server can subtract from its time.
const LONGEST_AGE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Removes at most [`STEP`] jobs of `queue` with that `status` that finished more than `age` ago by the
/// server's clock, the oldest first, and returns how many.
pub(crate) async fn remove_finished(
    jobs: &Collection<Document>,
    queue: &str,
    status: Status,
    age: Duration,
) -> Result<usize, Error> {
    let until = doc! { "$subtract": ["$$NOW", time::millis(age.min(LONGEST_AGE))] };
    let old = doc! {
        f::QUEUE: queue,
        f::STATUS: status,
        f::FINISHED_AT: since_epoch(),
        "$expr": { "$lte": [f::path(f::FINISHED_AT), until] },
    };
    let ids = within(
        STEP_LIMIT,
        "look for old jobs",
        ids(jobs.clone(), old.clone()),
    )
    .await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut filter = old;
    filter.insert(f::ID, doc! { "$in": ids });
    let jobs = jobs.clone();
    let removing = async move { jobs.delete_many(filter).hint(Hint::Keys(by_id())).await };
    let removed = within(STEP_LIMIT, "remove old jobs", removing).await?;
    Ok(usize::try_from(removed.deleted_count).unwrap_or(usize::MAX))
}

async fn ids(
    jobs: Collection<Document>,
    filter: Document,
) -> Result<Vec<Bson>, mongodb::error::Error> {
    let find = jobs
        .find(filter)
        .projection(doc! { f::ID: 1 })
        .sort(doc! { f::FINISHED_AT: 1 })
        .limit(STEP as i64)
        .batch_size(STEP as u32)
        .hint(Hint::Name(FINISHED.to_owned()))
        .max_time(STEP_LIMIT);
    let mut found = find.await?;
    let (mut ids, mut bytes) = (Vec::new(), 0);
    while let Some(mut job) = found.try_next().await? {
        bytes += encoded_bytes(&job).unwrap_or(0);
        if bytes > STEP_BYTES && !ids.is_empty() {
            break;
        }
        ids.extend(job.remove(f::ID));
    }
    Ok(ids)
}
