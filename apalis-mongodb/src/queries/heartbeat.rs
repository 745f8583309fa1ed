//! Renews leases.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
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

/// So many leases are renewed with one command: with the longest ids they take half of what the
/// server takes.
const PER_COMMAND: usize = 8000;
/// The server gives a renewal up after half of our own limit, so that there is time for another try.
const SHARE_OF_LIMIT: u32 = 2;
/// Renewals of a few leases, after one of all was given up for a job that another transaction has
/// locked. Fifty take no longer than a few milliseconds.
const PER_PART: usize = 50;
const MAX_TIME_OF_PART: Duration = Duration::from_millis(200);

/// Renews all `leases`, in one command if that goes, and returns those that are not ours any more.
pub(crate) async fn renew(
    db: &Database,
    collections: &Collections,
    leases: &[Arc<Lease>],
    limit: Duration,
) -> Result<Vec<Arc<Lease>>, Error> {
    let renewal = Renewal {
        db,
        collections,
        limit,
    };
    // A job that a transaction has written would hold up the whole command.
    let (locked, free): (Vec<_>, Vec<_>) = leases
        .iter()
        .cloned()
        .partition(|lease| lease.may_be_locked());
    // At the same time: one whose job is locked must not hold up the others.
    let (lost, others) = tokio::join!(renewal.all(&free), renewal.each(&locked));
    Ok([lost?, others].concat())
}

/// What renewals have in common. Each returns the leases that are not ours any more.
struct Renewal<'a> {
    db: &'a Database,
    collections: &'a Collections,
    limit: Duration,
}

impl Renewal<'_> {
    async fn all(&self, leases: &[Arc<Lease>]) -> Result<Vec<Arc<Lease>>, Error> {
        let max_time = self.limit / SHARE_OF_LIMIT;
        let mut lost = Vec::new();
        for leases in leases.chunks(PER_COMMAND) {
            lost.extend(match self.together(leases, max_time).await {
                Err(error) if error.is_about_lock() => self.in_parts(leases).await?,
                outcome => outcome?,
            });
        }
        Ok(lost)
    }

    /// Some other transaction has locked one of the jobs, or more.
    async fn in_parts(&self, leases: &[Arc<Lease>]) -> Result<Vec<Arc<Lease>>, Error> {
        let parts = leases.chunks(PER_PART).map(|part| self.part(part));
        Ok(try_join_all(parts).await?.concat())
    }

    async fn part(&self, leases: &[Arc<Lease>]) -> Result<Vec<Arc<Lease>>, Error> {
        match self.together(leases, MAX_TIME_OF_PART).await {
            Err(error) if error.is_about_lock() => Ok(self.each(leases).await),
            outcome => outcome,
        }
    }

    async fn each(&self, leases: &[Arc<Lease>]) -> Vec<Arc<Lease>> {
        let each = leases.iter().map(|lease| self.one(lease));
        join_all(each).await.into_iter().flatten().collect()
    }

    /// One that cannot be renewed now for its handler's own transaction is not lost: that commits or
    /// aborts, and nobody can rescue the job before. One that is not there to be renewed is returned if
    /// it is known to be lost.
    async fn one(&self, lease: &Arc<Lease>) -> Option<Arc<Lease>> {
        let asked_at = Instant::now();
        let update = doc! { "q": fence(lease), "u": [prolong(lease.duration())], "hint": by_id() };
        match self.send(vec![update], MAX_TIME_OF_PART).await {
            Ok(0) => {
                let jobs = self.collections.jobs(self.db);
                let lost = is_anothers(jobs, lease, self.limit).await.unwrap_or(false);
                return lost.then(|| Arc::clone(lease));
            }
            Ok(_) => lease.renewed(asked_at),
            Err(error) if error.is_about_lock() && lease.is_in_transaction() => {
                lease.renewed(asked_at);
            }
            Err(error) if error.is_about_lock() => lease.set_locked(),
            Err(error) => tracing::debug!(job = lease.id, %error, "lease not renewed"),
        }
        None
    }

    async fn together(
        &self,
        leases: &[Arc<Lease>],
        max_time: Duration,
    ) -> Result<Vec<Arc<Lease>>, Error> {
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        let asked_at = Instant::now();
        let mut by_duration: BTreeMap<Duration, Vec<&Arc<Lease>>> = BTreeMap::new();
        for lease in leases {
            by_duration.entry(lease.duration()).or_default().push(lease);
        }
        let updates = by_duration.into_iter().map(|(duration, group)| {
            doc! { "q": all_of(&group), "u": [prolong(duration)], "multi": true, "hint": by_id() }
        });
        let renewed = self.send(updates.collect(), max_time).await?;
        let mut lost = Vec::new();
        if renewed < leases.len() as u64 {
            lost = look_for_lost(self.collections.jobs(self.db), leases, self.limit).await?;
        }
        for lease in leases {
            lease.renewed(asked_at);
        }
        Ok(lost)
    }

    /// Sends one command and returns how many jobs it matched.
    async fn send(&self, updates: Vec<Document>, max_time: Duration) -> Result<u64, Error> {
        const OPERATION: &str = "renew leases";
        let command = doc! {
            "update": &self.collections.jobs,
            "updates": updates,
            "ordered": false,
            "maxTimeMS": time::millis(max_time),
            "writeConcern": { "w": 1 },
        };
        let reply = run_command(self.db, self.limit, OPERATION, command).await?;
        super::reply::check(&reply, OPERATION)?;
        Ok(super::reply::count(&reply))
    }
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
async fn look_for_lost(
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
