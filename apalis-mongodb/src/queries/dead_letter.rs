//! Dead-letters documents that cannot be read as jobs, so that they do not block their queue.

use std::collections::HashSet;
use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Hint;

use crate::config::Config;
use crate::deadline::within;
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{Status, field as f, id};

/// Makes the documents `found`, which wait, dead.
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
        let shown = id::shown(&id);
        tracing::error!(id = shown, queue = config.queue, %reason, "a document in the queue is not a job");
        let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
        dead(jobs, filter, &reason, config.call_limit()).await?;
    }
    Ok(())
}

/// Makes the document that `filter` means dead for `reason`. One that has no room for that changes its
/// status alone.
pub(crate) async fn dead(
    jobs: &Collection<Document>,
    filter: Document,
    reason: &str,
    limit: Duration,
) -> Result<bool, Error> {
    const OPERATION: &str = "dead-letter a malformed job";
    let set = doc! {
        f::STATUS: Status::Failed,
        f::LAST_ERROR: { "$literal": reason },
        f::FINISHED_AT: "$$NOW",
        f::LOCK_TOKEN: ObjectId::new(),
    };
    let unset = doc! { "$unset": [f::UNIQUE_KEY, f::LEASE_UNTIL] };
    let whole = vec![doc! { "$set": set }, unset.clone()];
    let status_alone = vec![doc! { "$set": { f::STATUS: Status::Failed } }, unset];
    let write = |update: Vec<Document>| {
        let (jobs, filter) = (jobs.clone(), filter.clone());
        within(limit, OPERATION, async move {
            let update = jobs.update_one(filter, update);
            update.hint(Hint::Keys(by_id())).await
        })
    };
    let outcome = match write(whole).await {
        Err(error) if error.is_about_document() => write(status_alone).await?,
        outcome => outcome?,
    };
    Ok(outcome.matched_count == 1)
}
