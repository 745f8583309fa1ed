//! Changes jobs that no worker holds.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Hint;

use super::insert;
use crate::clock::local_now;
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
            { "$eq": [format!("${}", f::STATUS), Status::Pending] },
            format!("${}", f::ATTEMPTS),
            0,
        ] },
        // A finished job gets the key back that it gave up.
        f::UNIQUE_KEY: { "$ifNull": [format!("${}", f::UNIQUE_KEY), format!("${}", f::FREED_KEY)] },
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

/// Gives a waiting job what `job` says.
pub(crate) async fn update(
    jobs: &Collection<Document>,
    config: &Config,
    id: &str,
    job: NewJob<Bson>,
) -> Result<(), Error> {
    let mut wanted = insert::document(job, config, local_now())?;
    let mut set = Document::new();
    for field in [
        f::ARGS,
        f::PRIORITY,
        f::RUN_AT,
        f::MAX_ATTEMPTS,
        f::METADATA,
    ] {
        if let Some(value) = wanted.remove(field) {
            set.insert(field, value);
        }
    }
    // Whoever saw the job as it was claims it no more.
    set.insert(f::LOCK_TOKEN, ObjectId::new());
    let filter = doc! { f::ID: id, f::STATUS: Status::Pending };
    let changed = jobs
        .update_one(filter, doc! { "$set": set })
        .hint(Hint::Keys(by_id()))
        .await
        .context("update a job")?;
    found(changed.matched_count, id)
}

fn found(matched: u64, id: &str) -> Result<(), Error> {
    if matched == 1 {
        Ok(())
    } else {
        Err(Error::NotFound(id.to_owned()))
    }
}
