//! Makes documents dead that no worker can run: what is no job, and jobs without room for more.

use std::collections::HashSet;
use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Hint;

use crate::deadline::within;
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{Status, field as f, id};

/// What is left to say where a sentence does not fit.
const SHORTEST_REASON: &str = "16 MB";

/// What a dead job can do without: what attempts left with it, and what is kept for rescuers.
const DISPENSABLE: [&str; 8] = [
    f::HISTORY,
    f::LOG,
    f::PROGRESS,
    f::RESULT,
    f::WORKER,
    f::STARTED_AT,
    f::CRASHES,
    f::MAX_CRASHES,
];

/// Makes the documents `found`, which wait and are no jobs, dead, so that they do not hold up their
/// queue.
pub(crate) async fn malformed(
    jobs: &Collection<Document>,
    queue: &str,
    limit: Duration,
    found: Vec<(Bson, String)>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (id, reason) in found {
        if !seen.insert(id.to_string()) {
            continue;
        }
        let told = id::told(&id);
        tracing::error!(id = told, queue, %reason, "a document in the queue is not a job");
        let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
        dead_letter(jobs, limit, filter, &reason).await?;
    }
    Ok(())
}

/// Makes the document that `filter` means dead, with as much of a reason as there is room for, and
/// tells whether there was one.
pub(crate) async fn dead_letter(
    jobs: &Collection<Document>,
    limit: Duration,
    filter: Document,
    reason: &str,
) -> Result<bool, Error> {
    let mut refusal = None;
    for update in ways(reason) {
        let (jobs, filter) = (jobs.clone(), filter.clone());
        let writing = async move {
            let update = jobs.update_one(filter, update);
            update.hint(Hint::Keys(by_id())).await
        };
        match within(limit, "dead-letter a job", writing).await {
            Ok(outcome) => return Ok(outcome.matched_count == 1),
            Err(error) if error.is_about_document() => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    refusal.map_or(Ok(false), Err)
}

/// Updates that each need less room than the one before.
fn ways(reason: &str) -> [Vec<Document>; 6] {
    let records = doc! { "$unset": DISPENSABLE.to_vec() };
    let reason_too = doc! { "$unset": [f::LAST_ERROR] };
    [
        ending(reason),
        [vec![records.clone()], ending(reason)].concat(),
        [vec![records.clone()], ending(SHORTEST_REASON)].concat(),
        // A job that was enqueued as large as can be has room for so much.
        [vec![records], ending(""), vec![reason_too]].concat(),
        // Retention needs the time; the payload may tell somebody what this was.
        vec![doc! { "$replaceWith": {
            f::ID: f::path(f::ID),
            f::QUEUE: f::path(f::QUEUE),
            f::STATUS: Status::Failed,
            f::FINISHED_AT: "$$NOW",
            f::ARGS: f::path(f::ARGS),
        } }],
        // This is shorter than what it replaces.
        vec![
            doc! { "$set": { f::STATUS: Status::Failed } },
            doc! { "$unset": [f::UNIQUE_KEY, f::LEASE_UNTIL] },
        ],
    ]
}

fn ending(reason: &str) -> Vec<Document> {
    let has_token = doc! { "$ne": [{ "$type": f::path(f::LOCK_TOKEN) }, "missing"] };
    let set = doc! {
        f::STATUS: Status::Failed,
        f::FINISHED_AT: "$$NOW",
        f::LAST_ERROR: { "$literal": reason },
        f::FREED_KEY: { "$ifNull": [f::path(f::UNIQUE_KEY), f::path(f::FREED_KEY)] },
        // Whoever held the job does not take this end for its own. Without a token nobody did.
        f::LOCK_TOKEN: { "$cond": [has_token, ObjectId::new(), "$$REMOVE"] },
    };
    let unset = vec![f::UNIQUE_KEY, f::LEASE_UNTIL];
    vec![doc! { "$set": set }, doc! { "$unset": unset }]
}
