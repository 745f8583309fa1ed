//! Takes due jobs: candidates, one conditional write under a fresh token, and a second look only
//! if another worker was faster.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::options::{Acknowledgment, WriteConcern};
use mongodb::{Collection, Database};

use crate::config::Config;
use crate::error::{Context, Error};
use crate::model::{JobDocument, Status, field as f, time};

/// A claim that hangs longer than this fails and is tried again.
const MAX_TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// Due jobs of the queue in their order, at most `limit` after the first `skip`; those that cannot
/// even be read as jobs come apart, with their ids.
pub(crate) async fn candidates(
    jobs: &Collection<RawDocumentBuf>,
    queue: &str,
    skip: usize,
    limit: usize,
    fresh_only: bool,
) -> Result<Candidates, Error> {
    let mut filter = doc! { f::QUEUE: queue };
    filter.extend(due());
    if fresh_only {
        filter.insert(f::CRASHES, 0);
    }
    let mut found = jobs
        .find(filter)
        // Of equal ones the first inserted: an index keeps equal keys in that order.
        .sort(doc! { f::PRIORITY: -1, f::RUN_AT: 1 })
        .skip(skip as u64)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .batch_size(u32::try_from(limit).unwrap_or(u32::MAX))
        .hint(mongodb::options::Hint::Name("claim".to_owned()))
        .max_time(MAX_TIME)
        .await
        .context("look for due jobs")?;
    let mut candidates = Candidates::default();
    while let Some(raw) = found.try_next().await.context("look for due jobs")? {
        match JobDocument::from_raw(&raw) {
            Ok(job) => candidates.jobs.push(job),
            Err(error) => candidates.malformed.push((raw_id(&raw), error.to_string())),
        }
    }
    Ok(candidates)
}

#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) jobs: Vec<JobDocument>,
    /// Id and what is wrong.
    pub(crate) malformed: Vec<(Bson, String)>,
}

fn raw_id(raw: &RawDocumentBuf) -> Bson {
    raw.get(f::ID)
        .ok()
        .flatten()
        .and_then(|id| Bson::try_from(id).ok())
        .unwrap_or(Bson::Null)
}

/// Waiting, and due by the server's clock.
fn due() -> Document {
    doc! {
        f::STATUS: Status::Pending,
        "$expr": { "$lte": [format!("${}", f::RUN_AT), "$$NOW"] },
    }
}

/// Takes `wanted` under `token` and returns those that are ours now, as they are now. Every
/// write also expects the token that was seen, so a job that ran meanwhile is not mistaken for
/// the one that was found.
pub(crate) async fn take(
    db: &Database,
    config: &Config,
    worker: &str,
    token: ObjectId,
    wanted: Vec<JobDocument>,
) -> Result<Vec<JobDocument>, Error> {
    let mut command = command(config, worker, token, &wanted);
    // A claim that is rolled back is made again, and the fence refuses the older lease.
    command.insert("writeConcern", doc! { "w": 1 });
    command.insert("maxTimeMS", time::millis(MAX_TIME));
    let outcome = match db.run_command(command).await.context("claim jobs") {
        Ok(reply) => {
            super::reply::check(&reply, "claim jobs").map(|()| super::reply::count(&reply))
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(taken) if taken == wanted.len() as u64 => Ok(assume_taken(wanted, token, worker)),
        Ok(0) => Ok(Vec::new()),
        // Some were lost, or nobody knows: ask which carry our token.
        _ => taken_under(&config.collections.raw_jobs(db), token, &wanted).await,
    }
}

/// The write that takes `wanted` under `token`.
pub(crate) fn command(
    config: &Config,
    worker: &str,
    token: ObjectId,
    wanted: &[JobDocument],
) -> Document {
    let claim = claim_fields(config, worker, token);
    doc! {
        "update": &config.collections.jobs,
        "updates": statements(wanted, &claim),
        "ordered": false,
    }
}

fn statements(wanted: &[JobDocument], claim: &Document) -> Vec<Document> {
    let mut by_token: HashMap<Option<ObjectId>, Vec<Bson>> = HashMap::new();
    for job in wanted {
        let ids = by_token.entry(job.lock_token).or_default();
        ids.push(job.id.as_str().into());
    }
    by_token
        .into_iter()
        .map(|(seen, ids)| {
            let mut filter = doc! { f::ID: { "$in": ids }, f::LOCK_TOKEN: seen };
            filter.extend(due());
            doc! { "q": filter, "u": [claim.clone()], "multi": true }
        })
        .collect()
}

fn claim_fields(config: &Config, worker: &str, token: ObjectId) -> Document {
    let lease = time::millis(config.lease_duration);
    let dead_kept = config.retention.dead.map(time::millis);
    doc! { "$set": {
        f::STATUS: Status::Running,
        f::WORKER: worker,
        f::LOCK_TOKEN: token,
        f::STARTED_AT: "$$NOW",
        f::LEASE_UNTIL: { "$add": ["$$NOW", lease] },
        f::ATTEMPTS: { "$add": [format!("${}", f::ATTEMPTS), 1] },
        // Whoever rescues this job may not know its queue's configuration.
        f::MAX_CRASHES: i64::from(config.max_crashes),
        f::EXPIRE_DEAD_AFTER: dead_kept,
    } }
}

/// The jobs as the write left them, without reading them again.
pub(crate) fn assume_taken(
    jobs: Vec<JobDocument>,
    token: ObjectId,
    worker: &str,
) -> Vec<JobDocument> {
    jobs.into_iter()
        .map(|mut job| {
            job.status = Status::Running;
            job.attempts += 1;
            job.lock_token = Some(token);
            job.worker = Some(worker.to_owned());
            job.started_at = Some(crate::clock::local_now());
            job
        })
        .collect()
}

async fn taken_under(
    jobs: &Collection<RawDocumentBuf>,
    token: ObjectId,
    wanted: &[JobDocument],
) -> Result<Vec<JobDocument>, Error> {
    let ids: Vec<Bson> = wanted.iter().map(|job| job.id.as_str().into()).collect();
    let filter = doc! {
        f::ID: { "$in": ids },
        f::LOCK_TOKEN: token,
        f::STATUS: Status::Running,
    };
    let mut found = jobs
        .find(filter)
        .max_time(MAX_TIME)
        .await
        .context("look which jobs were claimed")?;
    let mut taken = HashMap::new();
    while let Some(raw) = found
        .try_next()
        .await
        .context("look which jobs were claimed")?
    {
        let job = JobDocument::from_raw(&raw)?;
        taken.insert(job.id.clone(), job);
    }
    // In the order in which they were wanted.
    Ok(wanted
        .iter()
        .filter_map(|job| taken.remove(&job.id))
        .collect())
}

/// Makes documents that cannot be read as jobs dead, so that they do not block their queue.
pub(crate) async fn bury_malformed(
    jobs: &Collection<Document>,
    config: &Config,
    malformed: Vec<(Bson, String)>,
) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (id, reason) in malformed {
        if !seen.insert(id.to_string()) {
            continue;
        }
        tracing::error!(%id, queue = config.queue, %reason, "a document in the queue is not a job");
        let mut set = doc! {
            f::STATUS: Status::Failed,
            f::LAST_ERROR: reason,
            f::FINISHED_AT: "$$NOW",
        };
        if let Some(kept) = config.retention.dead {
            set.insert(f::EXPIRE_AT, doc! { "$add": ["$$NOW", time::millis(kept)] });
        }
        jobs.update_one(
            doc! { f::ID: id, f::STATUS: Status::Pending },
            vec![doc! { "$set": set }, doc! { "$unset": [f::UNIQUE_KEY] }],
        )
        .write_concern(WriteConcern::builder().w(Acknowledgment::Majority).build())
        .await
        .context("bury a malformed job")?;
    }
    Ok(())
}
