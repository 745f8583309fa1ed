//! Takes due jobs: candidates, one conditional write under a fresh token, and a second look only
//! if another worker was faster.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use mongodb::options::{Acknowledgment, Hint, WriteConcern};
use mongodb::{Collection, Database};

use crate::config::Config;
use crate::error::{Context, Error};
use crate::indexes::CLAIM;
use crate::model::{JobDocument, Status, field as f, time};

/// A claim that hangs longer than this fails and is tried again.
const MAX_TIME: Duration = Duration::from_secs(10);

/// A place in the order in which the jobs of a queue are claimed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    priority: i32,
    run_at: DateTime,
    id: String,
}

impl Place {
    pub(crate) fn new(priority: i32, run_at: DateTime, id: &str) -> Self {
        Self {
            priority,
            run_at,
            id: id.to_owned(),
        }
    }

    pub(crate) fn of(job: &JobDocument) -> Self {
        Self::new(job.priority, job.run_at, &job.id)
    }
}

/// Which due jobs to look at.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    pub(crate) start: Start,
    /// Leave out so many of the first.
    pub(crate) skip: usize,
    /// At most so many.
    pub(crate) limit: usize,
}

/// Where a look begins.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    /// At the head of the queue.
    Head,
    /// As at the head, but only jobs that never crashed a worker.
    HeadOfFresh,
    /// At this place, until the end of its priority. Jobs that were claimed leave the index, but the
    /// server walks over where they were until it tidies up; whoever always began at the head would
    /// walk over all of them. `until` is the server's time.
    Place { place: Place, until: DateTime },
    /// Among the jobs of one priority that were due at `until`, which is their turn by age.
    Level { priority: i32, until: DateTime },
}

/// Due jobs of the queue in their order; those that cannot even be read as jobs come apart, with
/// their ids.
pub(crate) async fn candidates(
    jobs: &Collection<RawDocumentBuf>,
    queue: &str,
    look: Look,
) -> Result<Candidates, Error> {
    let mut filter = doc! { f::QUEUE: queue };
    filter.extend(due());
    let mut bounds = None;
    match look.start {
        Start::Head => {}
        Start::HeadOfFresh => {
            filter.insert(f::CRASHES, 0);
        }
        Start::Place { place, until } => {
            filter.insert(f::PRIORITY, place.priority);
            bounds = Some(between(queue, place, until));
        }
        Start::Level { priority, until } => {
            filter.insert(f::PRIORITY, priority);
            filter.insert(f::RUN_AT, doc! { "$lte": until });
        }
    }
    let mut find = jobs
        .find(filter)
        .skip(look.skip as u64)
        .limit(i64::try_from(look.limit).unwrap_or(i64::MAX))
        .batch_size(u32::try_from(look.limit).unwrap_or(u32::MAX))
        .hint(Hint::Name(CLAIM.to_owned()))
        .max_time(MAX_TIME);
    find = match bounds {
        // Between bounds the index is read in its own order.
        Some((min, max)) => find.min(min).max(max),
        None => find.sort(doc! { f::PRIORITY: -1, f::RUN_AT: 1, f::ID: 1 }),
    };
    let mut found = find.await.context("look for due jobs")?;
    let mut candidates = Candidates::default();
    while let Some(raw) = found.try_next().await.context("look for due jobs")? {
        match JobDocument::from_raw(&raw) {
            Ok(job) => candidates.jobs.push(job),
            Err(error) => candidates.malformed.push((raw_id(&raw), error.to_string())),
        }
    }
    Ok(candidates)
}

/// The part of the index from `place` to the end of what may be due. Whether a job is due is for
/// the filter to say, by the server's own clock; so the end is a little later.
fn between(queue: &str, place: Place, until: DateTime) -> (Document, Document) {
    let key = |run_at: DateTime, id: Bson| {
        doc! {
            f::QUEUE: queue, f::STATUS: Status::Pending, f::PRIORITY: place.priority,
            f::RUN_AT: run_at, f::ID: id,
        }
    };
    let end = time::after(until, Duration::from_secs(1)).max(place.run_at);
    let end = time::after(end, Duration::from_millis(1));
    (key(place.run_at, place.id.into()), key(end, Bson::MinKey))
}

#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) jobs: Vec<JobDocument>,
    /// Id and what is wrong.
    pub(crate) malformed: Vec<(Bson, String)>,
    /// Whether there were others before them.
    pub(crate) skipped: bool,
}

impl Candidates {
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.malformed.is_empty()
    }
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

/// Who claims, under which token, at what time by the server's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) config: &'a Config,
    pub(crate) worker: &'a str,
    pub(crate) token: ObjectId,
    pub(crate) now: DateTime,
}

/// Takes `wanted` and returns those that are ours now, as they are now. Every write also expects
/// the token that was seen, so a job that ran or was put off meanwhile is not mistaken for the one
/// that was found.
pub(crate) async fn take(
    db: &Database,
    claim: Claim<'_>,
    wanted: Vec<JobDocument>,
) -> Result<Vec<JobDocument>, Error> {
    let mut command = command(claim, &wanted);
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
        Ok(taken) if taken == wanted.len() as u64 => Ok(assume_taken(claim, wanted)),
        Ok(0) => Ok(Vec::new()),
        // Some were lost, or nobody knows: ask which carry our token.
        _ => {
            let jobs = claim.config.collections.raw_jobs(db);
            taken_under(&jobs, claim.token, &wanted).await
        }
    }
}

/// The write that takes `wanted`.
pub(crate) fn command(claim: Claim<'_>, wanted: &[JobDocument]) -> Document {
    doc! {
        "update": &claim.config.collections.jobs,
        "updates": statements(wanted, &claim.update()),
        "ordered": false,
    }
}

fn statements(wanted: &[JobDocument], update: &Document) -> Vec<Document> {
    let mut by_token: HashMap<Option<ObjectId>, Vec<Bson>> = HashMap::new();
    for job in wanted {
        let ids = by_token.entry(job.lock_token).or_default();
        ids.push(job.id.as_str().into());
    }
    by_token
        .into_iter()
        .map(|(seen, ids)| {
            let filter = doc! {
                f::ID: { "$in": ids }, f::LOCK_TOKEN: seen, f::STATUS: Status::Pending,
            };
            doc! { "q": filter, "u": update.clone(), "multi": true }
        })
        .collect()
}

impl Claim<'_> {
    fn update(&self) -> Document {
        let mut set = doc! {
            f::STATUS: Status::Running,
            f::WORKER: self.worker,
            f::LOCK_TOKEN: self.token,
            f::STARTED_AT: self.now,
            f::LEASE_UNTIL: time::after(self.now, self.config.lease_duration),
            // Whoever rescues this job may not know its queue's configuration.
            f::MAX_CRASHES: i64::from(self.config.max_crashes),
        };
        if let Some(kept) = self.config.retention.dead {
            set.insert(f::EXPIRE_DEAD_AFTER, time::millis(kept));
        }
        doc! { "$set": set, "$inc": { f::ATTEMPTS: 1 } }
    }
}

/// The jobs as the write left them, without reading them again.
pub(crate) fn assume_taken(claim: Claim<'_>, jobs: Vec<JobDocument>) -> Vec<JobDocument> {
    jobs.into_iter()
        .map(|mut job| {
            job.status = Status::Running;
            job.attempts += 1;
            job.lock_token = Some(claim.token);
            job.worker = Some(claim.worker.to_owned());
            job.started_at = Some(claim.now);
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
