//! Changes jobs that no worker holds.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::Hint;

use super::new_document;
use crate::config::Config;
use crate::error::{Context, Error, is_duplicate_key};
use crate::indexes::by_id;
use crate::model::{Status, field as f, time};
use crate::new_job::NewJob;

/// Runs the job after `wait`, once more if it was finished.
pub(crate) async fn reschedule(
    jobs: &Collection<Document>,
    id: &str,
    wait: Duration,
) -> Result<(), Error> {
    let filter = doc! { f::ID: id, f::STATUS: { "$ne": Status::Running } };
    let revive = doc! { "$set": {
        f::STATUS: Status::Pending,
        f::RUN_AT: { "$add": ["$$NOW", time::millis(wait)] },
        f::LOCK_TOKEN: ObjectId::new(),
        // A finished job gets its attempts again, a waiting one keeps count.
        f::ATTEMPTS: { "$cond": [
            { "$eq": [f::path(f::STATUS), Status::Pending] },
            f::path(f::ATTEMPTS),
            0,
        ] },
        // A finished job gets the key back that it gave up.
        f::UNIQUE_KEY: { "$cond": [
            { "$eq": [f::path(f::STATUS), Status::Pending] },
            f::path(f::UNIQUE_KEY),
            { "$ifNull": [f::path(f::UNIQUE_KEY), f::path(f::FREED_KEY)] },
        ] },
    } };
    let forget_end = doc! { "$unset": [f::FINISHED_AT, f::EXPIRE_AT, f::FREED_KEY] };
    match jobs
        .update_one(filter, vec![revive, forget_end])
        .hint(Hint::Keys(by_id()))
        .await
    {
        Ok(changed) => found(changed.matched_count, id),
        Err(error) if is_duplicate_key(&error) => Err(Error::KeyTaken(id.to_owned())),
        Err(source) => Err(source).context("reschedule a job"),
    }
}

/// Gives a waiting job what `job` says, and the time `run_at` in seconds; without one it is due now.
pub(crate) async fn update(
    jobs: &Collection<Document>,
    config: &Config,
    id: &str,
    job: NewJob<Bson>,
    run_at: Option<u64>,
) -> Result<(), Error> {
    let epoch = DateTime::from_millis(0);
    let mut wanted = new_document::of(job, config, epoch)?;
    let mut set = Document::new();
    for field in [f::ARGS, f::PRIORITY, f::MAX_ATTEMPTS, f::METADATA] {
        if let Some(value) = wanted.remove(field) {
            set.insert(field, doc! { "$literal": value });
        }
    }
    set.insert(f::RUN_AT, changed_time(run_at));
    // Whoever saw the job as it was claims it no more.
    set.insert(f::LOCK_TOKEN, ObjectId::new());
    let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
    let changed = jobs
        .update_one(filter, vec![doc! { "$set": set }])
        .hint(Hint::Keys(by_id()))
        .await
        .context("update a job")?;
    found(changed.matched_count, id)
}

/// The time of a task is a whole second. One that was read from the store and is written back keeps
/// the milliseconds that it had there.
fn changed_time(run_at: Option<u64>) -> Bson {
    let Some(seconds) = run_at else {
        return "$$NOW".into();
    };
    let at = time::after(DateTime::from_millis(0), Duration::from_secs(seconds));
    let end = time::after(at, Duration::from_secs(1));
    let stored = f::path(f::RUN_AT);
    let is_unchanged = doc! { "$and": [
        { "$gte": [&stored, at] },
        { "$lt": [&stored, end] },
    ] };
    doc! { "$cond": [is_unchanged, stored, at] }.into()
}

fn found(matched: u64, id: &str) -> Result<(), Error> {
    if matched == 1 {
        Ok(())
    } else {
        Err(Error::NotFound(id.to_owned()))
    }
}
