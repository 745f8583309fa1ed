//! Removes finished jobs before their retention does.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, doc};

use crate::error::{Context, Error};
use crate::model::{Status, field as f, time};

/// Removes the done and cancelled jobs of `queue` that finished more than `age` ago.
pub(crate) async fn finished_before(
    jobs: &Collection<Document>,
    queue: &str,
    age: Duration,
) -> Result<usize, Error> {
    let before = doc! { "$subtract": ["$$NOW", time::millis(age)] };
    let filter = doc! {
        f::QUEUE: queue,
        f::STATUS: { "$in": [Status::Done, Status::Killed] },
        f::FINISHED_AT: crate::indexes::since_epoch(),
        "$expr": { "$lte": [format!("${}", f::FINISHED_AT), before] },
    };
    let removed = jobs
        .delete_many(filter)
        .await
        .context("remove finished jobs")?;
    Ok(usize::try_from(removed.deleted_count).unwrap_or(usize::MAX))
}
