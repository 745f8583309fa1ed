//! Jobs whose documents have no room left: those that a claim does not fit into, and those whose
//! end does not.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{Document, RawDocumentBuf, doc};
use mongodb::options::Hint;
use mongodb::{Collection, Database};

use crate::config::Config;
use crate::deadline::within;
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{JobDocument, Status, field as f};

/// Smaller documents have room for whatever a claim writes, which is some hundred bytes.
const LARGE_BYTES: i32 = 15 * 1024 * 1024;

/// What is left to say where a sentence does not fit.
const SHORTEST_REASON: &str = "16 MB";

/// What a dead job can do without: what attempts left with it, and what is kept for rescuers.
const DISPENSABLE: [&str; 9] = [
    f::HISTORY,
    f::LOG,
    f::PROGRESS,
    f::RESULT,
    f::WORKER,
    f::STARTED_AT,
    f::LEASE_UNTIL,
    f::CRASHES,
    f::MAX_CRASHES,
];

/// Which of the waiting jobs `ids` are large.
pub(crate) async fn large(
    db: &Database,
    config: &Config,
    ids: &[String],
) -> Result<Vec<String>, Error> {
    let filter = doc! {
        f::ID: { "$in": ids },
        f::STATUS: Status::Pending,
        "$expr": { "$gt": [{ "$bsonSize": "$$ROOT" }, LARGE_BYTES] },
    };
    let jobs = config.collections.jobs(db);
    let reading = async move {
        let find = jobs.find(filter).hint(Hint::Keys(by_id()));
        let find = find.projection(doc! { f::ID: 1 });
        find.await?.try_collect::<Vec<Document>>().await
    };
    let found = within(config.call_limit(), "look for large jobs", reading).await?;
    let id = |job: &Document| job.get_str(f::ID).ok().map(str::to_owned);
    Ok(found.iter().filter_map(id).collect())
}

/// The waiting job called `id`.
pub(crate) async fn waiting(
    db: &Database,
    config: &Config,
    id: &str,
) -> Result<Option<JobDocument>, Error> {
    let jobs = config.collections.raw_jobs(db);
    let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
    let reading = async move { jobs.find_one(filter).await };
    let found: Option<RawDocumentBuf> =
        within(config.call_limit(), "read a large job", reading).await?;
    found.as_ref().map(JobDocument::from_raw).transpose()
}

/// Makes the job that `filter` means dead, with as much of a reason as there is room for, and tells
/// whether there was one.
pub(crate) async fn dead_letter(
    jobs: &Collection<Document>,
    limit: Duration,
    filter: Document,
    reason: &str,
) -> Result<bool, Error> {
    let records = doc! { "$unset": DISPENSABLE.to_vec() };
    let reason_too = doc! { "$unset": [f::LAST_ERROR] };
    let ways = [
        ending(reason),
        [vec![records.clone()], ending(reason)].concat(),
        [vec![records.clone()], ending(SHORTEST_REASON)].concat(),
        // A job that was enqueued as large as can be has room for so much.
        [vec![records], ending(""), vec![reason_too]].concat(),
        // This is shorter than what it replaces.
        vec![
            doc! { "$set": { f::STATUS: Status::Failed } },
            doc! { "$unset": [f::UNIQUE_KEY, f::LEASE_UNTIL] },
        ],
    ];
    let mut refusal = None;
    for update in ways {
        let (jobs, filter) = (jobs.clone(), filter.clone());
        let writing = async move {
            let update = jobs.update_one(filter, update);
            update.hint(Hint::Keys(by_id())).await
        };
        match within(limit, "dead-letter a large job", writing).await {
            Ok(outcome) => return Ok(outcome.matched_count == 1),
            Err(error) if error.is_about_size() => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    refusal.map_or(Ok(false), Err)
}

fn ending(reason: &str) -> Vec<Document> {
    let set = doc! {
        f::STATUS: Status::Failed,
        f::FINISHED_AT: "$$NOW",
        f::LAST_ERROR: { "$literal": reason },
        f::FREED_KEY: { "$ifNull": [format!("${}", f::UNIQUE_KEY), format!("${}", f::FREED_KEY)] },
    };
    let unset = vec![f::UNIQUE_KEY, f::LEASE_UNTIL];
    vec![doc! { "$set": set }, doc! { "$unset": unset }]
}
