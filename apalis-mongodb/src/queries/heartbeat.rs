//! Renews leases.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Hint;
use mongodb::{Collection, Database};

use super::ack::fence;
use crate::config::Collections;
use crate::deadline::{run_command, within};
use crate::error::{Context, Error};
use crate::indexes::by_id;
use crate::lease::Lease;
use crate::model::{Status, field as f, time};

/// A heartbeat that hangs longer is a failed one.
const MAX_TIME_MS: i64 = 5000;
const MAX_TIME_LOCKED_MS: i64 = 200;

/// Renews all `leases` in one command and returns those that are not ours any more.
pub(crate) async fn renew(
    db: &Database,
    collections: &Collections,
    leases: &[Arc<Lease>],
    limit: Duration,
) -> Result<Vec<Arc<Lease>>, Error> {
    let asked_at = Instant::now();
    // A job that its handler's transaction has written would hold up the whole command.
    let (locked, free): (Vec<_>, Vec<_>) =
        leases.iter().partition(|lease| lease.is_in_transaction());
    let free: Vec<Arc<Lease>> = free.into_iter().cloned().collect();
    let locked = locked
        .into_iter()
        .map(|lease| renew_locked(db, collections, lease, limit));
    // At the same time: one whose job is locked must not hold up the others.
    let (locked, lost) = tokio::join!(join_all(locked), renew_free(db, collections, &free, limit));
    let mut lost = lost?;
    for lease in free {
        lease.renewed(asked_at);
    }
    lost.extend(locked.into_iter().flatten());
    Ok(lost)
}

/// One that cannot be renewed now is not lost: its transaction commits or aborts. One that is not there
/// to be renewed is returned if it is known to be lost.
async fn renew_locked(
    db: &Database,
    collections: &Collections,
    lease: &Arc<Lease>,
    limit: Duration,
) -> Option<Arc<Lease>> {
    let asked_at = Instant::now();
    let command = doc! {
        "update": &collections.jobs,
        "updates": [{ "q": fence(lease), "u": [prolong(lease.duration())], "hint": by_id() }],
        "maxTimeMS": MAX_TIME_LOCKED_MS,
        "writeConcern": { "w": 1 },
    };
    match run_command(db, limit, "renew a lease during a transaction", command).await {
        Ok(reply) if super::reply::count(&reply) == 0 => {
            let jobs = collections.jobs(db);
            let lost = is_anothers(jobs, lease, limit).await.unwrap_or(false);
            return lost.then(|| Arc::clone(lease));
        }
        Ok(_) => {}
        Err(error) => {
            tracing::debug!(job = lease.id, %error, "lease not renewed during a transaction");
        }
    }
    lease.renewed(asked_at);
    None
}

/// Whether the job has another token. One that its handler's transaction has settled keeps ours; of
/// one that is gone it is not known who removed it, so its lease runs out by our own clock.
async fn is_anothers(
    jobs: Collection<Document>,
    lease: &Lease,
    limit: Duration,
) -> Result<bool, Error> {
    let filter = doc! { f::ID: &lease.id, f::LOCK_TOKEN: { "$ne": lease.token } };
    let reading = async move { jobs.find_one(filter).projection(doc! { f::ID: 1 }).await };
    let found = within(limit, "look for a lost lease", reading).await?;
    Ok(found.is_some())
}

async fn renew_free(
    db: &Database,
    collections: &Collections,
    leases: &[Arc<Lease>],
    limit: Duration,
) -> Result<Vec<Arc<Lease>>, Error> {
    if leases.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_duration: BTreeMap<Duration, Vec<&Arc<Lease>>> = BTreeMap::new();
    for lease in leases {
        by_duration.entry(lease.duration()).or_default().push(lease);
    }
    let updates: Vec<Document> = by_duration
        .into_iter()
        .map(|(duration, group)| {
            doc! { "q": all_of(&group), "u": [prolong(duration)], "multi": true, "hint": by_id() }
        })
        .collect();
    let command = doc! {
        "update": &collections.jobs,
        "updates": updates,
        "ordered": false,
        "maxTimeMS": MAX_TIME_MS,
        "writeConcern": { "w": 1 },
    };
    let reply = run_command(db, limit, "renew leases", command).await?;
    super::reply::check(&reply, "renew leases")?;
    if super::reply::count(&reply) >= leases.len() as u64 {
        return Ok(Vec::new());
    }
    lost(collections.jobs(db), leases, limit).await
}

fn all_of(leases: &[&Arc<Lease>]) -> Document {
    let ids: Vec<Bson> = leases
        .iter()
        .map(|lease| lease.id.as_str().into())
        .collect();
    let tokens: HashSet<_> = leases.iter().map(|lease| lease.token).collect();
    let tokens: Vec<Bson> = tokens.into_iter().map(Bson::ObjectId).collect();
    doc! {
        f::ID: { "$in": ids },
        f::LOCK_TOKEN: { "$in": tokens },
        f::STATUS: Status::Running,
    }
}

fn prolong(duration: Duration) -> Document {
    doc! { "$set": { f::LEASE_UNTIL: { "$add": ["$$NOW", time::millis(duration)] } } }
}

/// Which of `leases` the store does not know as ours.
async fn lost(
    jobs: Collection<Document>,
    leases: &[Arc<Lease>],
    limit: Duration,
) -> Result<Vec<Arc<Lease>>, Error> {
    let refs: Vec<&Arc<Lease>> = leases.iter().collect();
    let filter = all_of(&refs);
    let reading = async move {
        let find = jobs.find(filter).hint(Hint::Keys(by_id()));
        let find = find.projection(doc! { f::LOCK_TOKEN: 1 });
        find.await?.try_collect::<Vec<_>>().await
    };
    let found = within(limit, "look for lost leases", reading).await?;
    let ours: HashSet<_> = found
        .iter()
        .filter_map(|document| {
            let id = document.get_str(f::ID).ok()?.to_owned();
            Some((id, document.get_object_id(f::LOCK_TOKEN).ok()?))
        })
        .collect();
    Ok(leases
        .iter()
        .filter(|lease| !ours.contains(&(lease.id.clone(), lease.token)))
        .cloned()
        .collect())
}

/// Renews one lease by its own duration.
pub(crate) async fn extend(jobs: &Collection<Document>, lease: &Lease) -> Result<(), Error> {
    let asked_at = Instant::now();
    let outcome = jobs
        .update_one(fence(lease), vec![prolong(lease.duration())])
        .hint(Hint::Keys(by_id()))
        .await
        .context("extend a lease")?;
    if outcome.matched_count == 1 {
        lease.renewed(asked_at);
        Ok(())
    } else {
        lease.lose();
        Err(Error::LeaseLost(lease.id.clone()))
    }
}
