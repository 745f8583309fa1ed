//! Dead-letters documents that cannot be read as jobs, so that they do not block their queue.

use std::collections::HashSet;

use mongodb::Collection;
use mongodb::bson::{Bson, Document, doc};

use crate::config::Config;
use crate::deadline::within;
use crate::error::Error;
use crate::model::{Status, field as f, time};

/// Makes the documents `found` dead.
pub(crate) async fn malformed(
    jobs: &Collection<Document>,
    config: &Config,
    found: Vec<(Bson, String)>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (id, reason) in found {
        if !seen.insert(id.to_string()) {
            continue;
        }
        tracing::error!(%id, queue = config.queue, %reason, "a document in the queue is not a job");
        let mut set = doc! {
            f::STATUS: Status::Failed,
            f::LAST_ERROR: { "$literal": reason },
            f::FINISHED_AT: "$$NOW",
        };
        if let Some(kept) = config.retention.dead {
            set.insert(f::EXPIRE_AT, doc! { "$add": ["$$NOW", time::millis(kept)] });
        }
        let jobs = jobs.clone();
        let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
        let update = vec![doc! { "$set": set }, doc! { "$unset": [f::UNIQUE_KEY] }];
        let writing = async move { jobs.update_one(filter, update).await };
        within(config.call_limit(), "dead-letter a malformed job", writing).await?;
    }
    Ok(())
}
