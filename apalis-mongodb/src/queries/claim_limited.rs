//! A claim that respects a limit on how many jobs of a queue run at once, over all workers.
//!
//! Whoever counts the running jobs and claims others holds the queue's guard meanwhile, which stands in
//! the queue's document. It ends by the server's clock, so that a worker that died with it stops the
//! queue for no longer than its lease. Who claimed and finds that its guard has ended gives the jobs
//! back before a handler has them; so no more handlers run than may.

use mongodb::Database;
use mongodb::bson::{Document, doc};

use super::claim::{self, Claim, Claimed};
use crate::deadline::within;
use crate::error::Error;
use crate::model::{JobDocument, Status, field as f, time};

const OPERATION: &str = "claim jobs within a limit";
const GUARD: &str = "guard";

/// Claims as many of `wanted` as may run besides those that do; none while another worker claims. After
/// an error the caller gives back what was claimed.
pub(crate) async fn claim(
    db: &Database,
    claim: &Claim,
    wanted: Vec<JobDocument>,
    max_running: u32,
) -> Result<Claimed, Error> {
    if !acquire(db, claim).await? {
        return Ok(Claimed::default());
    }
    let claimed = count_and_claim(db, claim, wanted, max_running).await;
    let was_held = release(db, claim).await;
    let claimed = claimed?;
    if was_held? || claimed.jobs.is_empty() {
        return Ok(claimed);
    }
    Err(Error::TimedOut {
        operation: OPERATION,
        limit: claim.config.lease_duration,
    })
}

async fn count_and_claim(
    db: &Database,
    claim: &Claim,
    mut wanted: Vec<JobDocument>,
    max_running: u32,
) -> Result<Claimed, Error> {
    let config = &claim.config;
    let (jobs, limit) = (config.collections.jobs(db), config.call_limit());
    let running = doc! { f::STATUS: Status::Running, f::QUEUE: &config.queue };
    let counting = async move { jobs.count_documents(running).await };
    let running = within(limit, "count running jobs", counting).await?;
    let free = u64::from(max_running).saturating_sub(running);
    wanted.truncate(usize::try_from(free).unwrap_or(usize::MAX));
    if wanted.is_empty() {
        return Ok(Claimed::default());
    }
    claim::claim(db, claim, wanted).await
}

/// Acquires the guard; false while another worker has it.
async fn acquire(db: &Database, claim: &Claim) -> Result<bool, Error> {
    let field = |name: &str| f::path(&format!("{GUARD}.{name}"));
    // One that begins later was acquired before the server's clock was set back.
    let held = doc! { "$and": [
        { "$eq": [{ "$type": field("until") }, "date"] },
        { "$gte": [field("until"), "$$NOW"] },
        { "$lte": [field("from"), "$$NOW"] },
    ] };
    let filter = doc! { f::ID: &claim.config.queue, "$expr": { "$not": held } };
    let guard = doc! {
        "token": claim.token,
        "from": "$$NOW",
        "until": { "$add": ["$$NOW", time::millis(claim.config.lease_duration)] },
    };
    change(db, claim, filter, vec![doc! { "$set": { GUARD: guard } }]).await
}

/// Releases the guard; false if it is another worker's by now. When the majority confirms it, it has
/// confirmed the claim before it, too.
async fn release(db: &Database, claim: &Claim) -> Result<bool, Error> {
    let filter = doc! { f::ID: &claim.config.queue, format!("{GUARD}.token"): claim.token };
    change(db, claim, filter, vec![doc! { "$unset": GUARD }]).await
}

async fn change(
    db: &Database,
    claim: &Claim,
    filter: Document,
    update: Vec<Document>,
) -> Result<bool, Error> {
    let queues = claim.config.collections.queues(db);
    let changing = async move { queues.update_one(filter, update).await };
    let changed = within(claim.config.call_limit(), OPERATION, changing).await?;
    Ok(changed.matched_count == 1)
}
