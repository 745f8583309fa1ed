//! Claims due jobs: one conditional write under a fresh token, and a read only if some went to
//! another worker.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use mongodb::Database;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::options::Hint;

use crate::config::Config;
use crate::deadline::{CALL_LIMIT, run_command, within};
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{JobDocument, Status, field as f, time};

/// How long the server tries to claim several jobs at once. Hundreds take some milliseconds; what takes
/// longer waits for a transaction that has locked one of them.
const MAX_TIME: Duration = Duration::from_secs(1);
/// The same for a job that is claimed without others, of which so many are at a time.
const MAX_TIME_ALONE: Duration = Duration::from_millis(100);
const AT_ONCE: usize = 10;

/// Who claims, under which token, at what time by the server's clock.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) config: Arc<Config>,
    pub(crate) worker: Arc<str>,
    pub(crate) token: ObjectId,
    pub(crate) now: DateTime,
    /// Each job without the others, for one of them may be locked.
    pub(crate) apart: bool,
}

/// What came of a claim.
#[derive(Debug, Default)]
pub(crate) struct Claimed {
    /// The jobs that are ours now, as they are now.
    pub(crate) jobs: Vec<JobDocument>,
    /// The jobs that somebody else had locked.
    pub(crate) locked: Vec<String>,
}

/// Claims `wanted`. Every write also expects the token that was seen, so a job that ran or was put off
/// meanwhile is not mistaken for the one that was found.
pub(crate) async fn claim(
    db: &Database,
    claim: &Claim,
    wanted: Vec<JobDocument>,
) -> Result<Claimed, Error> {
    if claim.apart {
        return claim_apart(db, claim, wanted).await;
    }
    match together(db, claim, &wanted, MAX_TIME).await {
        Ok(ours) => Ok(Claimed {
            jobs: ours.unwrap_or_else(|| assume_claimed(claim, wanted)),
            locked: Vec::new(),
        }),
        Err(error) if error.is_about_lock() => {
            let claimed = claim_apart(db, claim, wanted).await?;
            tracing::debug!(jobs = ?claimed.locked, "left out, for others have locked them");
            Ok(claimed)
        }
        Err(error) => Err(error),
    }
}

/// Claims `wanted` with one command and returns those that are ours, or `None` for all.
async fn together(
    db: &Database,
    claim: &Claim,
    wanted: &[JobDocument],
    max_time: Duration,
) -> Result<Option<Vec<JobDocument>>, Error> {
    let command = doc! {
        "update": &claim.config.collections.jobs,
        "updates": statements(wanted, &claim.update(wanted)),
        "ordered": false,
        // A claim that is rolled back is made again, and the fence refuses the older lease.
        "writeConcern": { "w": 1 },
        "maxTimeMS": time::millis(max_time),
    };
    let reply = run_command(db, claim.config.call_limit(), "claim jobs", command).await?;
    super::reply::check(&reply, "claim jobs")?;
    match super::reply::count(&reply) {
        all if all == wanted.len() as u64 => Ok(None),
        0 => Ok(Some(Vec::new())),
        _ => claimed_under(db, claim, wanted).await.map(Some),
    }
}

/// Claims each of `wanted` without the others, and leaves out those that are locked. An earlier try
/// may have claimed some.
async fn claim_apart(
    db: &Database,
    claim: &Claim,
    mut wanted: Vec<JobDocument>,
) -> Result<Claimed, Error> {
    let mut claimed = Claimed {
        jobs: claimed_under(db, claim, &wanted).await?,
        locked: Vec::new(),
    };
    wanted.retain(|job| claimed.jobs.iter().all(|ours| ours.id != job.id));
    for some in wanted.chunks(AT_ONCE) {
        let each = some.iter().map(std::slice::from_ref);
        let each = each.map(|job| together(db, claim, job, MAX_TIME_ALONE));
        for (job, outcome) in some.iter().zip(join_all(each).await) {
            match outcome {
                Ok(ours) => {
                    let all = || assume_claimed(claim, vec![job.clone()]);
                    claimed.jobs.extend(ours.unwrap_or_else(all));
                }
                Err(error) if error.is_about_lock() => claimed.locked.push(job.id.clone()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(claimed)
}

/// Gives back whatever of the jobs called `ids` a claim under `token` took whose outcome is not
/// known. Nobody would run them until their leases expire, and then they would count as crashed.
pub(crate) async fn undo(
    db: &Database,
    config: &Config,
    token: ObjectId,
    ids: &[String],
) -> Result<(), Error> {
    let filter = doc! {
        f::ID: { "$in": ids }, f::LOCK_TOKEN: token, f::STATUS: Status::Running,
    };
    let update = doc! {
        "$set": { f::STATUS: Status::Pending },
        "$inc": { f::ATTEMPTS: -1 },
        "$unset": { f::LEASE_UNTIL: "", f::STARTED_AT: "" },
    };
    let jobs = config.collections.jobs(db);
    let giving_back = async move {
        let update = jobs.update_many(filter, update);
        update.hint(Hint::Keys(by_id())).await
    };
    within(
        config.call_limit(),
        "give back jobs of a failed claim",
        giving_back,
    )
    .await
    .map(drop)
}

fn statements(wanted: &[JobDocument], update: &Document) -> Vec<Document> {
    // Those that are claimed alike, with one statement.
    let mut alike: HashMap<(Option<ObjectId>, bool), Vec<Bson>> = HashMap::new();
    for job in wanted {
        let key = (job.lock_token, job.frees_key_at_claim());
        alike.entry(key).or_default().push(job.id.as_str().into());
    }
    alike
        .into_iter()
        .map(|((seen, frees_key), ids)| {
            let filter = doc! {
                f::ID: { "$in": ids }, f::LOCK_TOKEN: seen, f::STATUS: Status::Pending,
            };
            let mut update = update.clone();
            if frees_key {
                update.insert("$rename", doc! { f::UNIQUE_KEY: f::FREED_KEY });
            }
            doc! { "q": filter, "u": update, "multi": true, "hint": by_id() }
        })
        .collect()
}

impl Claim {
    fn update(&self, wanted: &[JobDocument]) -> Document {
        let mut set = doc! {
            f::STATUS: Status::Running,
            f::WORKER: &*self.worker,
            f::LOCK_TOKEN: self.token,
            f::STARTED_AT: self.now,
            f::LEASE_UNTIL: time::after(self.now, self.config.lease_duration),
        };
        // Kept with the job, for whoever rescues it may serve other queues.
        let max_crashes = i64::from(self.config.max_crashes);
        if wanted
            .iter()
            .any(|job| job.max_crashes != Some(max_crashes))
        {
            set.insert(f::MAX_CRASHES, max_crashes);
        }
        doc! { "$set": set, "$inc": { f::ATTEMPTS: 1 } }
    }
}

/// The jobs as the write left them, without reading them again.
fn assume_claimed(claim: &Claim, jobs: Vec<JobDocument>) -> Vec<JobDocument> {
    jobs.into_iter()
        .map(|mut job| {
            job.status = Status::Running;
            job.attempts = job.attempts.saturating_add(1);
            job.lock_token = Some(claim.token);
            job.worker = Some(claim.worker.to_string());
            job.started_at = Some(claim.now);
            job
        })
        .collect()
}

async fn claimed_under(
    db: &Database,
    claim: &Claim,
    wanted: &[JobDocument],
) -> Result<Vec<JobDocument>, Error> {
    let ids: Vec<Bson> = wanted.iter().map(|job| job.id.as_str().into()).collect();
    let filter = doc! {
        f::ID: { "$in": ids },
        f::LOCK_TOKEN: claim.token,
        f::STATUS: Status::Running,
    };
    let jobs = claim.config.collections.raw_jobs(db);
    let reading = async move {
        let find = jobs.find(filter).hint(Hint::Keys(by_id()));
        find.max_time(CALL_LIMIT)
            .await?
            .try_collect::<Vec<_>>()
            .await
    };
    let limit = claim.config.call_limit();
    let found = within(limit, "read which jobs were claimed", reading).await?;
    let mut taken = HashMap::new();
    for raw in found {
        let job = JobDocument::from_raw(&raw)?;
        taken.insert(job.id.clone(), job);
    }
    // In the order in which they were wanted.
    Ok(wanted
        .iter()
        .filter_map(|job| taken.remove(&job.id))
        .collect())
}
