//! Frees jobs whose worker has sent no heartbeat for a whole lease.

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};

use super::dead_letter::dead_letter;
use crate::deadline::{CALL_LIMIT, run_command, within};
use crate::error::Error;
use crate::indexes::by_id;
use crate::model::{Outcome, Status, field as f};

/// At most so many a sweep; the rest waits for the next one.
const LIMIT: i64 = 500;
/// So many are freed at a time: the majority confirms them together, and a connection pool of the
/// driver's default size has as many connections.
const AT_ONCE: usize = 10;
/// A worker that died inside a transaction leaves it open until the server's limit, and with it
/// the job locked. The others must not wait behind that one.
const MAX_TIME_PER_JOB_MS: i64 = 250;
const MAX_TIME_EXPIRED: i32 = 50;
/// The end of a job whose payload leaves no room for its crashes.
const NO_ROOM: &str = "its lease expired, and there is no room to store that";
const NOW: &str = "now";

/// A job that was freed.
#[derive(Debug, Clone)]
pub(crate) struct Rescued {
    pub(crate) id: String,
    pub(crate) queue: String,
    pub(crate) worker: String,
    pub(crate) crashes: i64,
    /// It crashed too often, or has no room for its crashes, and is dead now.
    pub(crate) quarantined: bool,
}

/// Jobs to be freed.
#[derive(Debug, Default)]
pub(crate) struct Abandoned {
    jobs: Vec<Document>,
    /// When the server found them; nothing if it found none.
    pub(crate) found_at: Option<DateTime>,
    /// What must still hold when one is freed, besides its token.
    condition: Document,
}

/// Every job whose lease has expired by the server's clock, whatever its queue, except those
/// leased under `own` tokens, whose worker lives, for it is us, and those of workers that `may_live`.
pub(crate) async fn expired(
    jobs: &Collection<Document>,
    own: &[ObjectId],
    may_live: Vec<Bson>,
) -> Result<Abandoned, Error> {
    let mut condition = expired_at("$$NOW");
    if !may_live.is_empty() {
        condition.insert(f::WORKER, doc! { "$nin": may_live });
    }
    let mut found = abandoned(jobs, own, condition).await?;
    // By the clock that found them: it may be set before they are freed.
    found.condition = found.found_at.map(expired_at).unwrap_or_default();
    Ok(found)
}

/// As [`expired`], whatever their leases, the jobs of `workers` that are known to be dead.
pub(crate) async fn of_dead(
    jobs: &Collection<Document>,
    own: &[ObjectId],
    workers: Vec<Bson>,
) -> Result<Abandoned, Error> {
    let condition = doc! { f::WORKER: { "$in": workers } };
    let mut found = abandoned(jobs, own, condition.clone()).await?;
    found.condition = condition;
    Ok(found)
}

/// Frees every job that is [`expired`].
pub(crate) async fn rescue_expired(
    db: &Database,
    jobs: &Collection<Document>,
    own: &[ObjectId],
    history_limit: u32,
) -> Result<Vec<Rescued>, Error> {
    let expired = expired(jobs, own, Vec::new()).await?;
    let freed = free_all(db, jobs, expired, history_limit).await;
    freed.into_iter().collect()
}

/// Frees the jobs of `found` that nobody has renewed or finished meanwhile; each has an outcome of its
/// own. They remember `history_limit` attempts.
pub(crate) async fn free_all(
    db: &Database,
    jobs: &Collection<Document>,
    found: Abandoned,
    history_limit: u32,
) -> Vec<Result<Rescued, Error>> {
    // Each is fenced by the token that was seen.
    let condition = found.condition;
    stream::iter(found.jobs)
        .map(|job| {
            free(
                db.clone(),
                jobs.clone(),
                job,
                condition.clone(),
                history_limit,
            )
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(|freed| std::future::ready(freed.transpose()))
        .collect()
        .await
}

async fn abandoned(
    jobs: &Collection<Document>,
    own: &[ObjectId],
    condition: Document,
) -> Result<Abandoned, Error> {
    let own: Vec<Bson> = own.iter().copied().map(Bson::ObjectId).collect();
    let mut filter = doc! { f::STATUS: Status::Running };
    filter.extend(condition);
    if !own.is_empty() {
        filter.insert(f::LOCK_TOKEN, doc! { "$nin": own });
    }
    let fields = doc! {
        NOW: "$$NOW",
        f::QUEUE: 1, f::LOCK_TOKEN: 1, f::WORKER: 1, f::ATTEMPTS: 1, f::CRASHES: 1,
        f::MAX_CRASHES: 1, f::STARTED_AT: 1,
    };
    let jobs = jobs.clone();
    let reading = async move {
        let find = jobs.find(filter).projection(fields).limit(LIMIT);
        let find = find.sort(doc! { f::LEASE_UNTIL: 1 }).max_time(CALL_LIMIT);
        find.await?.try_collect::<Vec<Document>>().await
    };
    let jobs = within(CALL_LIMIT, "look for expired leases", reading).await?;
    let found_at = jobs.first().and_then(|job| job.get_datetime(NOW).ok());
    Ok(Abandoned {
        found_at: found_at.copied(),
        jobs,
        condition: Document::new(),
    })
}

fn expired_at(now: impl Into<Bson>) -> Document {
    doc! { "$expr": { "$lt": [f::path(f::LEASE_UNTIL), now.into()] } }
}

async fn free(
    db: Database,
    jobs: Collection<Document>,
    job: Document,
    condition: Document,
    history_limit: u32,
) -> Result<Option<Rescued>, Error> {
    let crashes = number(&job, f::CRASHES).unwrap_or(0).saturating_add(1);
    let mut quarantined = number(&job, f::MAX_CRASHES).is_some_and(|max| crashes >= max);
    let worker = job.get_str(f::WORKER).unwrap_or("?").to_owned();
    let error = format!("the lease of worker {worker} expired (crash {crashes})");
    let id = job.get(f::ID).cloned().unwrap_or(Bson::Null);
    let mut filter = doc! {
        f::ID: id.clone(),
        f::LOCK_TOKEN: job.get(f::LOCK_TOKEN).cloned(),
        f::STATUS: Status::Running,
    };
    filter.extend(condition);
    let update = if quarantined {
        quarantine(&error, crashes)
    } else {
        requeue(&error, crashes)
    };
    let update = vec![
        history(&error, history_limit),
        update,
        doc! { "$unset": unset(quarantined) },
    ];
    let command = doc! {
        "update": jobs.name(),
        "updates": [{ "q": filter.clone(), "u": update, "hint": by_id() }],
        "maxTimeMS": MAX_TIME_PER_JOB_MS,
        "writeConcern": { "w": "majority" },
    };
    let reply = match run_command(&db, CALL_LIMIT, "free a job", command).await {
        Err(error) if is_locked(&error) => return Ok(None),
        reply => reply?,
    };
    let mut freed = super::reply::count(&reply) == 1;
    match super::reply::check(&reply, "free a job") {
        // Left alone, it would be found before the others at every sweep.
        Err(refusal) if refusal.is_about_document() => {
            let reason = match refusal.is_about_size() {
                true => NO_ROOM.to_owned(),
                false => format!("{error}, and the job cannot be changed: {refusal}"),
            };
            freed = dead_letter(&jobs, CALL_LIMIT, filter, &reason).await?;
            quarantined = true;
        }
        outcome => outcome?,
    }
    Ok(freed.then(|| Rescued {
        id: id.as_str().map_or_else(|| id.to_string(), str::to_owned),
        queue: job.get_str(f::QUEUE).unwrap_or_default().to_owned(),
        worker,
        crashes,
        quarantined,
    }))
}

fn is_locked(error: &Error) -> bool {
    use mongodb::error::ErrorKind;
    let Error::Database { source, .. } = error else {
        return false;
    };
    matches!(source.kind.as_ref(), ErrorKind::Command(command) if command.code == MAX_TIME_EXPIRED)
}

fn history(error: &str, limit: u32) -> Document {
    let entry = doc! {
        "attempt": f::path(f::ATTEMPTS),
        "worker": { "$ifNull": [f::path(f::WORKER), "?"] },
        "started_at": { "$ifNull": [f::path(f::STARTED_AT), "$$NOW"] },
        "finished_at": "$$NOW",
        "outcome": Outcome::LeaseExpired.as_str(),
        "error": { "$literal": error },
    };
    let known = doc! { "$ifNull": [f::path(f::HISTORY), []] };
    let all = doc! { "$concatArrays": [known, [entry]] };
    let most = limit.min(i32::MAX as u32) as i32;
    doc! { "$set": { f::HISTORY: { "$slice": [all, -most] } } }
}

/// Back in the queue; the attempt does not count, the crash does.
fn requeue(error: &str, crashes: i64) -> Document {
    doc! { "$set": {
        f::STATUS: Status::Pending,
        f::RUN_AT: "$$NOW",
        f::ATTEMPTS: { "$subtract": [f::path(f::ATTEMPTS), 1] },
        f::CRASHES: crashes,
        f::LAST_ERROR: { "$literal": error },
        f::LOCK_TOKEN: ObjectId::new(),
    } }
}

fn quarantine(error: &str, crashes: i64) -> Document {
    doc! { "$set": {
        f::STATUS: Status::Failed,
        f::FINISHED_AT: "$$NOW",
        f::CRASHES: crashes,
        f::LAST_ERROR: { "$literal": format!("quarantined: {error}") },
        f::FREED_KEY: { "$ifNull": [f::path(f::UNIQUE_KEY), f::path(f::FREED_KEY)] },
        f::LOCK_TOKEN: ObjectId::new(),
    } }
}

fn unset(quarantined: bool) -> Vec<&'static str> {
    if quarantined {
        vec![f::LEASE_UNTIL, f::UNIQUE_KEY]
    } else {
        vec![f::LEASE_UNTIL, f::STARTED_AT]
    }
}

fn number(document: &Document, field: &str) -> Option<i64> {
    match document.get(field)? {
        Bson::Int32(n) => Some(i64::from(*n)),
        Bson::Int64(n) => Some(*n),
        _ => None,
    }
}
